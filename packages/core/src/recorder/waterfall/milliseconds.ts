/** `0.4`, `7.1`, `1005`: as the last column and the legend have them. */
export const milliseconds = (time: number) => (time < 10 ? time.toFixed(1) : String(Math.round(time)))

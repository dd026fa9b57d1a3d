/** `815 ms`, `1.42 s`: so fine that one can be taken from another. */
export const moment = (milliseconds: number) =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`

/** How many a second, by least squares: times in milliseconds, in their order. */
export function slope(times: readonly number[]): number {
  const count = times.length
  const meanTime = times.reduce((sum, at) => sum + at, 0) / count
  const meanIndex = (count - 1) / 2
  let [shared, spread] = [0, 0]
  times.forEach((at, index) => {
    shared += (at - meanTime) * (index - meanIndex)
    spread += (at - meanTime) ** 2
  })
  return (1000 * shared) / spread
}

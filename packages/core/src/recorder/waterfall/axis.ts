/** The line of times above the bars: `0        0.5       1.0       1.5     1.8 s`. */
export function axis(total: number, columns: number): string {
  const unit = total >= 1000 ? 's' : 'ms'
  const scale = unit === 's' ? 1000 : 1
  const step = stepOf(total / scale / 5)
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  const end = `${(total / scale).toFixed(Math.max(digits, unit === 's' ? 1 : 0))} ${unit}`
  let line = '0'
  for (let tick = step; tick < total / scale; tick += step) {
    const at = Math.round((tick / (total / scale)) * columns)
    const label = tick.toFixed(digits)
    if (at + label.length + 2 > columns - end.length) break
    line = line.padEnd(at) + label
  }
  return line + end.padStart(columns - line.length)
}

/** 1, 2 or 5 times a power of ten. */
export function stepOf(least: number): number {
  if (!(least > 1e-6)) return 1
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10)
}

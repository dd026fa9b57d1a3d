/** Numbers as a row of bars, `full` the highest: `▇▇▁ ▂▇`. Nothing at all is a blank, however little is seen. */
export function sparkline(numbers: readonly number[], full: number): string {
  return numbers.map((number) => (number > 0 ? bars[Math.min(7, Math.floor((number / full) * 8))]! : ' ')).join('')
}

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

import { drawn, fontFamily } from './canvas.ts'

export type DrawLinesOptions = {
  /** Pixels. @default 32 */
  readonly size?: number
  /** Quarter turns, clockwise. @default 0 */
  readonly turns?: 0 | 1 | 2 | 3
  /** Pixels from one baseline to the next. @default 2 × size */
  readonly leading?: number
}

/** Dark text on white paper, one line below the other. */
export const drawLines = (
  lines: readonly string[],
  { size = 32, turns = 0, leading = size * 2 }: DrawLinesOptions = {},
): Buffer => {
  const longest = Math.max(
    ...lines.map((line) => Array.from(line).reduce((sum, character) => sum + (character > '⺀' ? 1 : 0.62), 0)),
  )
  const width = Math.ceil(longest * size + 3 * size)
  const height = (lines.length + 1) * leading
  const sideways = turns % 2 === 1
  return drawn(sideways ? height : width, sideways ? width : height, (context) => {
    context.translate((sideways ? height : width) / 2, (sideways ? width : height) / 2)
    context.rotate((turns * Math.PI) / 2)
    context.translate(-width / 2, -height / 2)
    context.fillStyle = '#1c2430'
    context.font = `${size}px "${fontFamily}"`
    for (const [index, line] of lines.entries()) context.fillText(line, 1.5 * size, (index + 1) * leading)
  })
}

import { graphemes, textWidth } from './text-width.ts'

/** The text in exactly `columns` cells: padded, or cut and marked so. */
export function fit(text: string, columns: number, ascii = false): string {
  const width = textWidth(text)
  return width <= columns ? text + ' '.repeat(columns - width) : cut(text, columns, ascii ? '~' : '…')
}

function cut(text: string, columns: number, mark: string): string {
  let kept = ''
  let width = 0
  for (const { segment } of graphemes.segment(text)) {
    const next = width + textWidth(segment)
    if (next > columns - 1) break
    kept += segment
    width = next
  }
  return `${kept}${mark}${' '.repeat(Math.max(0, columns - 1 - width))}`
}

/** The text in lines of `columns` cells at most, the later ones set in. Latin breaks between words, Chinese anywhere. */
export function wrap(text: string, columns: number, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of pieces(text, columns - textWidth(indent))) {
    if (line !== '' && textWidth(line + piece.trimEnd()) > columns) {
      lines.push(line.trimEnd())
      line = indent + piece.trimStart()
    } else line += piece
  }
  return [...lines, line.trimEnd()]
}

/** Words with the blank behind them; a word that fits into no line falls apart. */
function pieces(text: string, most: number): string[] {
  // a full stop or comma in Chinese does not begin a line
  const words =
    text.match(/[\p{Script=Han}「『（《“][，。；：、！？）》」』”]*|[^\s\p{Script=Han}「『（《]+\s*|\s+/gu) ?? []
  return words.flatMap((word) => {
    if (textWidth(word.trimEnd()) <= most) return [word]
    return Array.from(graphemes.segment(word), ({ segment }) => segment)
  })
}

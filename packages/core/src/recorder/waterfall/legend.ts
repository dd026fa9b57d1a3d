import type { Language } from '../explain.ts'
import type { Timetable } from '../timetable.ts'
import { kinds } from '../timetable/stretch.ts'
import type { Look } from './look.ts'
import { milliseconds } from './milliseconds.ts'
import { palette } from './palette.ts'
import { textWidth } from './text-width.ts'
import { words } from './words.ts'

/** What share of the call may be unexplained without a word. */
const tolerated = 0.02

/** What each glyph is, and how many milliseconds it comes to. */
export function legend({ sums, total, unaccounted }: Timetable, columns: number, lang: Language, look: Look): string[] {
  const entries = kinds
    .filter((kind) => sums[kind] > 0)
    .map((kind) => ({ kind: kind as keyof typeof palette, text: words[lang].kinds[kind], time: sums[kind] }))
  if (unaccounted > total * tolerated) entries.push({ kind: 'gap', text: words[lang].unaccounted, time: unaccounted })
  const lines: string[] = []
  let width = Infinity
  for (const { kind, text, time } of entries) {
    const { glyph, ascii, style } = palette[kind]
    const share = time / total >= 0.1 ? ` (${Math.round((time / total) * 100)} %)` : ''
    const rest = ` ${text} ${milliseconds(time)}${share}`
    const taken = 3 + textWidth(rest)
    if (width + taken > columns) {
      lines.push(' ')
      width = 1
    }
    lines[lines.length - 1] += ` ${look.paint(style, look.ascii ? ascii : glyph)}${rest} `
    width += taken
  }
  return lines.map((line) => line.trimEnd())
}

import type { Language } from '../explain.ts'
import type { Timetable } from '../timetable.ts'
import { lengthOf } from '../timetable/stretch.ts'
import type { Row } from '../timetable/rows.ts'
import { axis } from './axis.ts'
import { bar } from './bar.ts'
import { fit } from './fit.ts'
import { label, note } from './label.ts'
import type { Look } from './look.ts'
import { milliseconds } from './milliseconds.ts'
import { palette } from './palette.ts'
import { words } from './words.ts'

/** Lines that are shown of a call that has more, half from its beginning and half from its end. */
const most = 80

/** A line for each row, under the axis of time. */
export function table({ rows, total }: Timetable, columns: number, lang: Language, look: Look): string[] {
  const left = Math.max(29, Math.min(44, Math.round(columns * 0.42)))
  const right = 8
  const middle = columns - left - right - 1
  const { connection, result } = words[lang]
  const head = fit(`  #  ${fit(connection, 11)} ${result}`, left)
  const lines = rows.filter(worthALine).flatMap((row) => {
    const below = note(row, lang)
    const first = line(row, total, { left, middle, columns }, lang, look)
    return below === '' ? [first] : [first, look.paint('gray', fit(look.plain(below), columns, look.ascii).trimEnd())]
  })
  return [
    look.paint('gray', `${head} ${axis(total, middle)}${'ms'.padStart(right)}`),
    ...(lines.length <= most ? lines : cutShort(lines, lang, look)),
  ]
}

/** What layers did besides is told in one sum. */
const worthALine = (row: Row) => row.is !== 'work' || row.layer !== ''

function cutShort(lines: readonly string[], lang: Language, look: Look): string[] {
  const half = most / 2
  const more = look.paint('gray', look.plain(`     ${words[lang].more(lines.length - most)}`))
  return [...lines.slice(0, half), more, ...lines.slice(-half)]
}

type Widths = { readonly left: number; readonly middle: number; readonly columns: number }

function line(row: Row, total: number, { left, middle, columns }: Widths, lang: Language, look: Look): string {
  const { text, style } = label(row, lang)
  const plain = look.plain(text)
  if (row.stretches.length === 0) return look.paint(style, fit(plain, columns, look.ascii).trimEnd())
  const time = row.stretches.reduce((sum, stretch) => sum + lengthOf(stretch), 0)
  return `${look.paint(style, fit(plain, left, look.ascii))} ${drawn(row, total, middle, look)}${milliseconds(time).padStart(8)}`
}

function drawn({ stretches }: Row, total: number, columns: number, look: Look): string {
  let text = ''
  let at = 0
  for (const block of bar(stretches, total, columns)) {
    const { glyph, ascii, style } = palette[block.kind]
    const cells = Math.min(block.at + block.cells, columns) - Math.max(at, block.at)
    if (cells <= 0) continue
    text += ' '.repeat(Math.max(0, block.at - at)) + look.paint(style, (look.ascii ? ascii : glyph).repeat(cells))
    at = Math.max(at, block.at) + cells
  }
  return text + ' '.repeat(columns - at)
}

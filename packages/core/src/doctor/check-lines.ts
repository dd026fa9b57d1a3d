import { duration } from '../recorder/notes.ts'
import { wrap } from '../recorder/waterfall/fit.ts'
import { textWidth } from '../recorder/waterfall/text-width.ts'
import type { Bilingual } from '../verdict-table.ts'
import type { CheckResult } from './check.ts'

type Style = 'red' | 'yellow' | 'green' | 'dim' | 'bold'

export type CheckLinesOptions = {
  /** @default 'en' */
  readonly lang?: 'en' | 'zh'
  /** @default 100 */
  readonly columns?: number
  /** @default none: plain text */
  readonly paint?: (style: Style, text: string) => string
}

const marks = {
  ok: ['✓', 'green'],
  warn: ['!', 'yellow'],
  fail: ['✗', 'red'],
  crash: ['✗', 'red'],
  skip: ['–', 'dim'],
} as const

const label = 13
const margin = ' '.repeat(4 + label)

/** The result of a check for a terminal: a line a finding, and below it what to do. */
export function checkLines(result: CheckResult, options: CheckLinesOptions = {}): string {
  const { lang = 'en', columns = 100, paint = (_, text) => text } = options
  const room = Math.max(40, columns)
  const took = result.took >= 1 ? duration(Math.round(result.took)) : ''
  const lines = result.findings.flatMap(({ status, fix, ...says }, nth) => {
    const [mark, style] = marks[result.status === 'crash' ? 'crash' : status]
    const [first = '', ...rest] = wrap(says[lang], room - margin.length, '')
    const name = nth === 0 ? result.id : ''
    const head = `  ${paint(style, mark)} ${paint('bold', name.padEnd(label))}${style === 'dim' ? paint('dim', first) : first}`
    const gap = room - margin.length - textWidth(first) - textWidth(took)
    const time = nth === 0 && gap > 1 && took !== '' ? paint('dim', ' '.repeat(gap) + took) : ''
    return [
      head + time,
      ...rest.map((line) => margin + line),
      ...(fix === undefined ? [] : mended(fix, lang, room, paint)),
    ]
  })
  return lines.join('\n')
}

function mended(
  fix: Bilingual,
  lang: 'en' | 'zh',
  room: number,
  paint: NonNullable<CheckLinesOptions['paint']>,
): string[] {
  const title = lang === 'zh' ? '处理  ' : 'fix  '
  const indent = ' '.repeat(textWidth(title))
  // what needs no translation is to be copied and run: a command in two lines is none
  const isCommand = fix.en === fix.zh && /^[a-z]/.test(fix.en)
  const lines = isCommand ? [fix.en] : wrap(fix[lang], room - margin.length - indent.length, '')
  return lines.map((line, nth) => margin + (nth === 0 ? paint('green', title) : indent) + line)
}

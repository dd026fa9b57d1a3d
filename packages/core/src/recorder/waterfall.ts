import { stdout } from 'node:process'
import { styleText } from 'node:util'
import { conclude } from './conclude.ts'
import type { Language } from './explain.ts'
import type { Flight } from './flight.ts'
import { masked } from './gate/masked.ts'
import { timetable } from './timetable.ts'
import { wrap } from './waterfall/fit.ts'
import { legend } from './waterfall/legend.ts'
import { asciiOnly, type Look, lookOf } from './waterfall/look.ts'
import { table } from './waterfall/table.ts'
import { type Words, words } from './waterfall/words.ts'

export type WaterfallOptions = {
  /** Cells of a line, 60 to 200. @default those of the terminal, 80 to 100 */
  readonly columns?: number
  /** No character but those of ASCII, for drawing at least. @default by TERM and the locale of the environment */
  readonly ascii?: boolean
  /** 16 colours. @default whether standard output is a terminal, NO_COLOR and FORCE_COLOR heeded */
  readonly color?: boolean
  /** Codes are never translated. @default 'en' */
  readonly lang?: Language
}

/**
 * A call as a picture for a terminal: requests, the waits of layers and calls made on its behalf over one axis of time, what
 * the layers decided, where the time went, and why it failed. Of a call with very many lines the middle is left out.
 *
 * @example
 * ```ts
 * import { flightOf } from '@penstock/core'
 * import { waterfall } from '@penstock/core/diagnose'
 *
 * const show = (thing: unknown) => {
 *   const flight = flightOf(thing)
 *   if (flight !== undefined) console.error(waterfall(flight, { lang: 'zh' }))
 * }
 * ```
 */
export function waterfall(flight: Flight, options: WaterfallOptions = {}): string {
  const { lang = 'en', ascii = asciiOnly(process.env), color = coloured() } = options
  const asked = Math.floor(options.columns ?? Math.min(100, Math.max(80, stdout.columns ?? 100)))
  const columns = Math.min(200, Math.max(60, Number.isNaN(asked) ? 80 : asked))
  const look = lookOf(color, ascii)
  const times = timetable(flight)
  const lines = [
    ...header(flight, look, words[lang], columns),
    '',
    ...table(times, columns, lang, look),
    '',
    ...legend(times, columns, lang, look),
    ...conclusion(flight, lang, look, columns),
  ]
  return masked(lines.join('\n'))
}

/** By Node's own rules: standard output is a terminal; NO_COLOR, FORCE_COLOR. */
const coloured = () => styleText('red', '!', { stream: stdout }) !== '!'

function header(flight: Flight, { paint, plain }: Look, word: Words, columns: number): string[] {
  const { method, url, endpoint, verdict, failure, running, attempts, trips, took, deadline } = flight
  const [mark, style] =
    failure !== undefined ? ['✗', 'red' as const] : running ? ['…', 'yellow' as const] : ['✓', 'green' as const]
  const title = `${mark} ${endpoint === undefined ? '' : `${endpoint}  `}${method} ${url}`
  const end = failure === undefined ? (verdict ?? word.running) : `${failure.code} (${verdict})`
  const counts = word.summary({
    attempts,
    requests: trips.length,
    took,
    ...(deadline !== undefined && { of: deadline }),
  })
  return [
    ...wrap(plain(title), columns, '  ').map((line) => paint([style, 'bold'], line)),
    ...wrap(plain(`  ${end} ${counts}`), columns, '  '),
  ]
}

function conclusion(flight: Flight, lang: Language, { paint, plain }: Look, columns: number): string[] {
  const { failure } = flight
  if (failure === undefined) return []
  const concluded = conclude(flight)
  const lines = (text: string) => wrap(plain(text), columns, '  ')
  if (concluded === undefined) return ['', ...lines(`∴ ${failure.layer}: ${failure.because}`)]
  return [
    '',
    ...lines(`∴ ${concluded[lang]}`),
    ...lines(`→ ${concluded.fix[lang]}`).map((line) => paint('cyanBright', line)),
  ]
}

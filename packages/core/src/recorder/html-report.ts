import type { Language } from './explain.ts'
import type { Flight } from './flight.ts'
import { masked } from './gate/masked.ts'
import { maskedData } from './gate/masked-data.ts'
import { call } from './html-report/call.ts'
import { environment } from './html-report/environment.ts'
import { html } from './html-report/html.ts'
import { outcomeOf } from './html-report/outcome.ts'
import { overview } from './html-report/overview.ts'
import { page } from './html-report/page.ts'
import { said } from './html-report/said.ts'
import { words } from './html-report/words.ts'

export type HtmlReportOptions = {
  /** The language it opens in; both are in it. @default 'en' */
  readonly lang?: Language
  /** What ran, by name, where the flights do not say it: `{ myapp: '1.2.0' }`. @default none */
  readonly versions?: Readonly<Record<string, string>>
}

/**
 * Calls as one HTML file: why each failed and what to do, where its time went, what was decided, its connections, and how to
 * make it again. It needs no script and no network, and its policy allows neither; it follows the reader's theme, prints, and
 * speaks English and Chinese. The same calls give the same file.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { gate, htmlReport, readFlights } from '@penstock/core/diagnose'
 *
 * const save = (file: URL, path: string) => writeFile(path, gate(path, htmlReport(readFlights(file))))
 * ```
 */
export function htmlReport(flights: readonly Flight[], options: HtmlReportOptions = {}): string {
  const { lang = 'en', versions = {} } = options
  const [shown, ran] = maskedData([flights, versions] as const)
  const failed = shown.filter(({ failure }) => failure !== undefined)
  const counted = said(shown.length === 0 ? words.none : words.counted(shown.length, failed.length))
  const body = html`<main id="main">
      <h1 class="${shown.length === 1 ? 'unseen' : 'count'}">${counted}</h1>
      ${overview(shown)} ${shown.map((flight, index) => call(flight, String(index + 1)))}
    </main>
    ${environment(shown, ran)}`
  const main = failed[0] ?? shown[0]
  const is = main === undefined ? 'fine' : outcomeOf(main).is
  // the style is ours, and masking it would take it away
  return page({ title: masked(titleOf(main, shown.length)), is, lang, body: masked(body.text) })
}

function titleOf(main: Flight | undefined, count: number): string {
  if (main === undefined) return 'Penstock'
  const { mark, name } = outcomeOf(main)
  const rest = count === 1 ? '' : ` +${count - 1}`
  return `${mark} ${name} · ${main.endpoint ?? `${main.method} ${main.url}`}${rest} – Penstock`
}

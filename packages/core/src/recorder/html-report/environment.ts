import type { Flight } from '../flight.ts'
import { definitions } from './definitions.ts'
import { html, type Markup } from './html.ts'
import { said } from './said.ts'
import { words } from './words.ts'

/** What recorded it, and what ran then, as far as that is known. */
export function environment(flights: readonly Flight[], versions: Readonly<Record<string, string>>): Markup {
  const levels = [...new Set(flights.map(({ level }) => level))].toSorted().join(', ')
  return html`<footer>
    <h2>${said(words.environment)}</h2>
    ${definitions([
      ...Object.entries(versions).map(([name, version]) => [{ en: name, zh: name }, version] as const),
      [words.level, levels],
      [words.schema, flights.length === 0 ? undefined : 'penstock.flight/1'],
    ])}
    <p class="note">${said(words.never)}</p>
  </footer>`
}

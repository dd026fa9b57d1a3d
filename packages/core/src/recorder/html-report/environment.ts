import type { Flight } from '../flight.ts'
import type { Versions } from '../versions.ts'
import { definitions } from './definitions.ts'
import { html, type Markup } from './html.ts'
import { said } from './said.ts'
import { words } from './words.ts'

/** What recorded it, and what ran then: by the calls themselves, and of what they do not say by who makes the report. */
export function environment(flights: readonly Flight[], given: Versions): Markup {
  const levels = [...new Set(flights.map(({ level }) => level))].toSorted().join(', ')
  return html`<footer>
    <h2>${said(words.environment)}</h2>
    ${definitions([
      ...Object.entries({ ...given, ...versionsOf(flights) }).map(
        ([name, version]) => [{ en: name, zh: name }, version] as const,
      ),
      [words.level, levels],
      [words.schema, flights.length === 0 ? undefined : 'penstock.flight/1'],
    ])}
    <p class="note">${said(words.never)}</p>
  </footer>`
}

/** A file may hold calls of several processes. */
function versionsOf(flights: readonly Flight[]): Versions {
  const found = new Map<string, Set<string>>()
  for (const { versions = {} } of flights)
    for (const [name, version] of Object.entries(versions)) {
      if (found.size < most || found.has(name)) found.set(name, (found.get(name) ?? new Set()).add(version))
    }
  return Object.fromEntries([...found].map(([name, all]) => [name, [...all].slice(0, most).join(', ')]))
}

const most = 20

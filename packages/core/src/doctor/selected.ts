import { ConfigError } from '../errors.ts'
import type { Check } from './check.ts'

/**
 * The checks that `only` names and those they need, in their order.
 *
 * @throws ConfigError `CONFIG_INVALID` for a name that is none
 */
export function selected(checks: readonly Check[], only: readonly string[] | undefined): readonly Check[] {
  if (only === undefined || only.length === 0) return checks
  const byId = new Map(checks.map((check) => [check.id, check]))
  const wanted = new Set<string>()
  const want = (id: string): void => {
    if (wanted.has(id)) return
    wanted.add(id)
    for (const need of byId.get(id)?.needs ?? []) want(need)
  }
  for (const id of only) {
    if (!byId.has(id))
      throw new ConfigError(
        'CONFIG_INVALID',
        `doctor(): there is no check ${id}; there are ${[...byId.keys()].join(', ')}`,
      )
    want(id)
  }
  return checks.filter(({ id }) => wanted.has(id))
}

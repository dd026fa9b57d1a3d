import { printable } from '../recorder/printable.ts'
import { type Facts, sentence } from '../recorder/notes.ts'
import type { Bilingual } from '../verdict-table.ts'

/** One thing that a check found out, with its evidence and, where it can be mended, how. */
export type Finding = Bilingual & {
  /** Stable: `tls.expired`. */
  readonly id: string
  /** `skip`: there was nothing to look at. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip'
  readonly facts: Facts
  readonly fix?: Bilingual
}

type Pair = readonly [en: string, zh: string]
type Row = readonly [status: Finding['status'], says: Pair, fix?: Pair]

/**
 * What a check can find, declared once in its file. In a sentence, and in its fix, `{name}` stands for a fact and
 * `{name:ms}` for a time. A fact is never a secret.
 *
 * @example
 * ```ts
 * import { findings } from '@penstock/core/doctor'
 *
 * const says = findings('disk', {
 *   full: ['fail', ['{free} bytes are free', '剩余 {free} 字节'], ['rm -r /var/cache/ocr', 'rm -r /var/cache/ocr']],
 * })
 * says.full({ free: 12 }).en // 12 bytes are free
 * ```
 */
export function findings<const Name extends string>(
  check: string,
  table: Readonly<Record<Name, Row>>,
): Readonly<Record<Name, (facts?: Facts) => Finding>> {
  const made: Partial<Record<Name, (facts?: Facts) => Finding>> = {}
  for (const name in table) {
    const [status, says, fix] = table[name]
    made[name] = (facts = {}) => ({
      id: `${check}.${name}`,
      status,
      ...told(says, facts),
      facts,
      ...(fix && { fix: told(fix, facts) }),
    })
  }
  return made as Record<Name, (facts?: Facts) => Finding>
}

const told = ([en, zh]: Pair, facts: Facts): Bilingual => {
  const shown = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, harmless(value)]))
  return { en: sentence(en, shown), zh: sentence(zh, shown) }
}

const longest = 600

/** What a server says may try to steer the terminal, or to fill it. */
function harmless(value: Facts[string]): Facts[string] {
  if (typeof value !== 'string') return value
  const cut = value.length > longest ? `${value.slice(0, longest)}…` : value
  return printable(cut.replace(/[\n\t]/g, ' '))
}

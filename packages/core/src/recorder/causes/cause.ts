import type { Bilingual } from '../../verdict-table.ts'
import type { Facts } from '../notes.ts'
import type { Evidence } from './evidence.ts'

/** One thing that can be the matter, how it is known, and what to do about it. */
export type Cause = {
  /** Stable: `certificate-expired`. */
  readonly id: string
  /** The numbers of its sentences; undefined when the evidence speaks of something else. */
  readonly when: (evidence: Evidence) => Facts | undefined
  /** `{name}` stands for a fact, `{name:ms}` for a time. */
  readonly says: Bilingual
  readonly fix: Bilingual
}

type Pair = readonly [en: string, zh: string]

export const cause = (id: string, when: Cause['when'], says: Pair, fix: Pair): Cause => ({
  id,
  when,
  says: { en: says[0], zh: says[1] },
  fix: { en: fix[0], zh: fix[1] },
})

/** Known by a code alone, with nothing to add. */
export const byCode =
  (...codes: readonly string[]): Cause['when'] =>
  ({ code }) =>
    codes.includes(code) ? {} : undefined

import type { Attributes } from '@opentelemetry/api'
import type { Ledger } from '@penstock/core'

/** By the name of its note. The time is that of the call's clock. */
export type Decision = { readonly id: string; readonly facts: Attributes; readonly at: number }

/** What layers decided for a call, and for copies of it that went their own way. */
export function decisionsOf(ledger: Ledger): readonly Decision[] {
  const { startedAt, notes = [], children = [] } = ledger
  const own = notes.map(({ kind, attempt, facts, at }) => ({
    id: kind.id,
    facts: { attempt, ...facts } as Attributes,
    at: startedAt + at,
  }))
  return own.concat(children.filter(({ forkOf }) => forkOf === ledger).flatMap(decisionsOf))
}

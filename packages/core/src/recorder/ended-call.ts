import type { Verdict } from '../verdict.ts'
import { type Flight, flightOf } from './flight.ts'
import type { Ledger } from './ledger.ts'

/** A call that ended, and its flight for those who want it: it is put together when it is asked for, once. */
export class EndedCall {
  readonly id: number
  readonly verdict: Verdict
  readonly failed: boolean
  /** Milliseconds. */
  readonly took: number
  readonly #ledger: Ledger
  #flight: Flight | undefined = undefined

  constructor(ledger: Ledger) {
    this.id = ledger.id
    this.verdict = ledger.verdict ?? 'unknown'
    this.failed = ledger.end !== undefined
    this.took = (ledger.endedAt ?? ledger.startedAt) - ledger.startedAt
    this.#ledger = ledger
  }

  get flight(): Flight {
    return (this.#flight ??= flightOf(this.#ledger)!)
  }
}

import { type Call, header, type Outcome } from '@penstock/core'

/** What a server's clock said, and when: counted on by the monotonic clock, so that a jump of the wall clock is seen. */
type Reading = { readonly said: number; readonly at: number }

/** Origins whose clock is kept in mind. */
const most = 1_000
/** Milliseconds after which a clock that is far off is asked again: it may have been the server's that was wrong. */
const lasting = 60_000

/** The clocks of servers, as their replies tell them. */
export class ServerTimes {
  readonly #readings = new Map<string, Reading>()

  learn({ origin, clock }: Call, outcome: Outcome): void {
    if (outcome.failed) return
    const date = Date.parse(header(outcome.headers, 'date') ?? '')
    if (Number.isNaN(date)) return
    const age = Number(header(outcome.headers, 'age') ?? 0)
    this.#readings.delete(origin)
    if (this.#readings.size >= most) this.#readings.delete(this.#readings.keys().next().value!)
    // it is cut to whole seconds: its middle is the best guess
    this.#readings.set(origin, { said: date + 500 + (age >= 0 ? age * 1000 : 0), at: clock.now() })
  }

  /** Milliseconds that the server's clock is ahead of ours; 0 before it has said anything. */
  drift({ origin, clock }: Call, within: number): number {
    const reading = this.#readings.get(origin)
    if (reading === undefined) return 0
    const passed = clock.now() - reading.at
    const drift = reading.said + passed - clock.date()
    if (Math.abs(drift) <= within || passed < lasting) return drift
    this.#readings.delete(origin)
    return 0
  }
}

import { type Call, type Failure, Wait } from '@penstock/core'

/** Where turns are given: who has had it, or no longer wants it, is told to it. */
export type Line = {
  join(turn: Turn): void
  leave(turn: Turn): void
  /** Its turn has come. @returns its number */
  follow(turn: Turn, now: number): number
}

/** A place in a queue. The first one's alarm stands at its turn, the others' at their deadlines. */
export class Turn extends Wait {
  readonly #line: Line
  readonly #resolve: (end: number | Failure) => void

  constructor(call: Call, line: Line, resolve: (end: number | Failure) => void) {
    super(call)
    this.#line = line
    this.#resolve = resolve
    if (this.begin()) line.join(this)
  }

  /** It is the first now, and may go at `at`. */
  lead(at: number): void {
    // its alarm rings in this very sweep: the deadline has come first
    if (this.call.remaining() <= 0) return
    const { alarms } = this.call.runtime
    if (this.dueAt !== Infinity) alarms.drop(this)
    // an alarm in the past rings a round later
    this.dueAt = Math.min(Math.max(at, this.call.clock.now()), this.call.deadlineAt)
    if (this.dueAt !== Infinity) alarms.add(this)
  }

  override due(): void {
    if (this.dueAt >= this.call.deadlineAt) return super.due()
    // the alarm has rung: there is none to drop
    this.dueAt = Infinity
    this.end()
    this.#resolve(this.#line.follow(this, this.call.clock.now()))
  }

  protected stop(why: Failure): void {
    this.#line.leave(this)
    this.#resolve(why)
  }
}

import { type Call, type Failure, Wait } from '@penstock/core'

/** Milliseconds that a refusal adds to the guard. */
const step = 25
/** Milliseconds that each admitted request takes off it again. */
const decay = 0.125
/** Part of the guard that a late timer may use up, so that lateness costs no turns. */
const slack = 0.1

/**
 * Turns at one server's limit, evenly spaced over a window and a guard: the server counts arrivals, and the guard is how
 * much later than its successor a request may arrive. Why this and not another: docs/decisions/rate-limit.md.
 */
export class Gate {
  readonly #limit: number
  readonly #window: number
  readonly #leastGuard: number
  readonly #queue: Turn[] = []
  #guard: number
  /** When the next may go. */
  #turnAt = -Infinity
  #pushedAt = -Infinity

  constructor(limit: number, window: number, guard: number) {
    this.#limit = limit
    this.#window = window
    this.#leastGuard = this.#guard = guard
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** Milliseconds, grown by what the server refused. */
  get guard(): number {
    return this.#guard
  }

  get #spacing(): number {
    return (this.#window + this.#guard) / this.#limit
  }

  /** Forgetting it now would let nobody go too early. */
  idle(now: number): boolean {
    return this.#queue.length === 0 && this.#turnAt <= now
  }

  /** Milliseconds that one more would wait. */
  ahead(now: number): number {
    return Math.max(0, this.#turnAt - now) + this.#queue.length * this.#spacing
  }

  /** Go at once: only when nobody is ahead. A pause saves no turns up. */
  pass(now: number): void {
    this.#turnAt = now + this.#spacing
  }

  /** The first in the queue goes, perhaps a little late. */
  follow(turn: Turn, now: number): void {
    this.#turnAt = Math.max(this.#turnAt, now - this.#guard * slack) + this.#spacing
    this.leave(turn)
  }

  /** Wait for a turn: gives nothing when it has come, or the failure that cut the wait short. */
  queue(call: Call): Promise<Failure | undefined> {
    return new Promise((resolve) => new Turn(call, this, resolve))
  }

  join(turn: Turn): void {
    this.#queue.push(turn)
    if (this.#queue[0] === turn) turn.lead(this.#turnAt)
  }

  leave(turn: Turn): void {
    const place = this.#queue.indexOf(turn)
    if (place === -1) return
    this.#queue.splice(place, 1)
    if (place === 0) this.#queue[0]?.lead(this.#turnAt)
  }

  /** The server took one. */
  admitted(): void {
    this.#guard = Math.max(this.#leastGuard, this.#guard - decay)
  }

  /**
   * The server refused one as too many: everybody moves back. Several that were under way together are one piece of news.
   *
   * @param sentAt when it had its turn
   * @param after milliseconds the server asks for
   * @param drop called for each that no longer fits its deadline
   * @returns milliseconds until the next turn
   */
  refused(sentAt: number, now: number, after: number | undefined, drop: (call: Call, wait: number) => Failure): number {
    const news = sentAt >= this.#pushedAt
    if (news) {
      this.#pushedAt = now
      this.#guard = Math.min(this.#window, this.#guard + step)
    }
    this.#turnAt = Math.max(this.#turnAt, now + (after ?? (news ? this.#window : 0)))
    let place = 0
    for (const turn of this.#queue.slice()) {
      const at = this.#turnAt + place * this.#spacing
      if (at >= turn.call.deadlineAt) turn.cut(drop(turn.call, at - now))
      else place++
    }
    this.#queue[0]?.lead(this.#turnAt)
    return this.#turnAt - now
  }
}

/** A place in the queue. The first one's alarm stands at its turn, the others' at their deadlines. */
class Turn extends Wait {
  readonly #gate: Gate
  readonly #resolve: (why: Failure | undefined) => void

  constructor(call: Call, gate: Gate, resolve: (why: Failure | undefined) => void) {
    super(call)
    this.#gate = gate
    this.#resolve = resolve
    if (this.begin()) gate.join(this)
  }

  /** It is the first now, and may go at `at`. */
  lead(at: number): void {
    // its alarm rings in this very sweep: the deadline has come first
    if (this.call.remaining() <= 0) return
    const { alarms } = this.call.runtime
    if (this.dueAt !== Infinity) alarms.drop(this)
    this.dueAt = Math.min(at, this.call.deadlineAt)
    alarms.add(this)
  }

  override due(): void {
    if (this.dueAt >= this.call.deadlineAt) return super.due()
    // the alarm has rung: there is none to drop
    this.dueAt = Infinity
    this.end()
    this.#gate.follow(this, this.call.clock.now())
    this.#resolve(undefined)
  }

  protected stop(why: Failure): void {
    this.#gate.leave(this)
    this.#resolve(why)
  }
}

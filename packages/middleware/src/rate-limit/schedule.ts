/** Departures that are remembered at most: beyond, the limit is kept over a part of the window. */
const mostKept = 256
/** Part of the window by which turns that come late may be made up for. */
const lag = 0.25
/** Guards by which a request over a new socket may be later still: it goes there and back before it is sent. */
export const cold = 2

/**
 * When the next may go: evenly, `(window + guard) / limit` apart, and never more than `limit` in a window and a guard,
 * counted from when they really went. Turns whose timer was late are made up for as far as that allows. The server counts
 * arrivals, and the guard is how much later than its successor a request may arrive: docs/decisions/rate-limit.md.
 */
export class Schedule {
  #guard: number
  /** Between two that go, when they go evenly. Divided once: it is asked for three times a call. */
  #spacing = 0
  #limit = Infinity
  #window: number
  /** Times of the last departures, by their number. */
  #log: number[] = []
  #kept = 0
  #count = 0
  /** Where the next departure is written; the oldest stands there. */
  #place = 0
  #evenAt = -Infinity
  /** Until then sockets are opened. */
  #warmAt: number | undefined
  /** Beyond the departure of this number nobody goes before that time. */
  #upTo = Infinity
  #until = -Infinity

  /** @param warmAt when sockets are open. @default a window after the first departure */
  constructor(limit: number, window: number, guard: number, warmAt?: number) {
    this.#guard = guard
    this.#warmAt = warmAt
    this.#window = window
    this.pace(limit, window)
  }

  get window(): number {
    return this.#window
  }

  /** How many have gone. */
  get count(): number {
    return this.#count
  }

  get guard(): number {
    return this.#guard
  }

  set guard(guard: number) {
    this.#guard = guard
    this.#space()
  }

  #space(): void {
    this.#spacing = (this.#window + this.#guard) / this.#limit
  }

  /** @param limit Infinity to hold nobody back but by what the server says */
  pace(limit: number, window: number): void {
    if (limit === this.#limit && window === this.#window) return
    this.#limit = limit
    this.#window = window
    this.#log = []
    this.#place = 0
    this.#space()
    this.#kept = limit === Infinity ? 0 : Math.min(Math.max(1, Math.floor(limit)), mostKept)
  }

  /** When the one behind `place` others may go. */
  at(place: number): number {
    const spacing = this.#spacing
    const over = this.#count + place - this.#upTo
    const held = over > 0 ? this.#until + (over - 1) * spacing : -Infinity
    return Math.max(this.#evenAt + place * spacing, this.#fullUntil(place), held)
  }

  /** @param from a pause saves nothing up: what comes after one counts from itself */
  go(now: number, from = now - this.#window * lag): number {
    const held = this.#count > this.#upTo ? this.#until : -Infinity
    this.#evenAt = Math.max(this.#evenAt, held, from) + this.#spacing
    if (this.#warmAt === undefined) this.#warmAt = now + this.#window
    if (this.#kept > 0) {
      this.#log[this.#place] = now < this.#warmAt ? now + cold * this.#guard : now
      this.#place = this.#place + 1 === this.#kept ? 0 : this.#place + 1
    }
    return this.#count++
  }

  /** Nobody goes before `at`. */
  hold(at: number): void {
    this.#evenAt = Math.max(this.#evenAt, at)
  }

  /** Those up to `number` may go; the others not before `until`. */
  allow(number: number, until: number): void {
    this.#upTo = number
    this.#until = until
  }

  /** Nothing that has gone, or was told, holds anybody back. */
  idle(now: number): boolean {
    return this.at(0) <= now && this.#until <= now
  }

  /** Those that are further back than what is remembered come evenly in any case. */
  #fullUntil(place: number): number {
    if (place >= this.#kept) return -Infinity
    const ahead = this.#place + place
    const at = ahead < this.#kept ? ahead : ahead - this.#kept
    // to read beyond the end of an array makes all of its numbers objects
    return at < this.#log.length ? this.#log[at]! + this.#kept * this.#spacing : -Infinity
  }
}

/** Parts of a window, in this ring and in opossum's. */
export const parts = 10

/**
 * How many attempts went well in each part of the window, the present one first. Turned when it is looked at: no timer. A
 * part ends with its time, or earlier when it has its share of the attempts: a busy circuit looks back on the latest.
 */
export class Ring {
  // a typed array would be three times as large
  readonly counts: number[] = Array.from({ length: parts }, () => 0)
  /** By how many parts it has turned. */
  turned = 0
  /** Attempts in the present part. */
  #filled = 0
  /** The number of the present part's time, since the clock began, and when that is over. */
  #part = 0
  #partEnds = 0
  readonly #width: number
  readonly #room: number

  constructor(window: number, latest: number) {
    this.#width = window / parts
    this.#room = latest / parts
  }

  /** An attempt is over. */
  count(healthy: boolean): void {
    this.#filled++
    if (healthy) this.counts[0]!++
  }

  /** Bring it up to `now`. Gives by how many parts it turned, all of them at most. */
  turn(now: number): number {
    // most times nothing turns, and to divide takes longer than the rest
    if (now < this.#partEnds && this.#filled < this.#room) return 0
    const part = Math.floor(now / this.#width)
    const passed = Math.min(part - this.#part, parts)
    const steps = passed > 0 ? passed : this.#filled >= this.#room ? 1 : 0
    if (steps === 0) return 0
    this.#part = Math.max(part, this.#part)
    this.#partEnds = (this.#part + 1) * this.#width
    this.#filled = 0
    this.turned += steps
    this.counts.copyWithin(steps, 0)
    this.counts.fill(0, 0, steps)
    return steps
  }
}

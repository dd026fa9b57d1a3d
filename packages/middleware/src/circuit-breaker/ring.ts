/** Parts of a window, in this ring and in opossum's. */
export const parts = 10

/** How many attempts went well in each part of the window, the present one first. Turned when it is looked at: no timer. */
export class Ring {
  // a typed array would be three times as large
  readonly counts: number[] = Array.from({ length: parts }, () => 0)
  /** The number of the present part, since the clock began. */
  part = 0
  readonly #width: number

  constructor(window: number) {
    this.#width = window / parts
  }

  /** Bring it up to `now`. Gives by how many parts it turned, all of them at most. */
  turn(now: number): number {
    const part = Math.floor(now / this.#width)
    const steps = Math.min(part - this.part, parts)
    if (steps <= 0) return 0
    this.part = part
    this.counts.copyWithin(steps, 0)
    this.counts.fill(0, 0, steps)
    return steps
  }
}

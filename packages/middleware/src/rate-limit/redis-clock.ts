/** Part of the time by which two clocks may go apart. */
const drift = 1 / 2000

/** How far our clock is from that of Redis: by the least that was seen, for an answer may be late and is never early. */
export class RedisClock {
  #offset = NaN
  #at = 0

  /** False until Redis has answered once. */
  get known(): boolean {
    return !Number.isNaN(this.#offset)
  }

  /** Redis said that it was `theirs`; it is `ours` now. */
  heard(theirs: number, ours: number): void {
    const offset = ours - theirs
    const drifted = this.#offset + (ours - this.#at) * drift
    this.#offset = offset < drifted || !this.known ? offset : drifted
    this.#at = ours
  }

  ours(theirs: number): number {
    return theirs + this.#offset
  }

  theirs(ours: number): number {
    return ours - this.#offset
  }
}

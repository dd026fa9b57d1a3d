/** Who waits for something of which there is no more, the longest first. They may leave at any time, and are skipped then. */
export class Line<Who extends { readonly gone: boolean }> {
  #places: (Who | undefined)[] = []
  /** Those before it have had their turn. */
  #head = 0
  #gone = 0

  get isEmpty(): boolean {
    return this.#head === this.#places.length
  }

  join(who: Who): void {
    this.#places.push(who)
  }

  /** One of them has gone. They are kept until they are half of all. */
  left(): void {
    if (++this.#gone * 2 >= this.#places.length - this.#head) this.#keep(this.all(), 0)
  }

  /** The next one who is still here. */
  next(): Who | undefined {
    while (!this.isEmpty) {
      const who = this.#places[this.#head]!
      this.#places[this.#head++] = undefined
      if (this.#head * 2 > this.#places.length) this.#keep(this.#places.slice(this.#head), this.#gone)
      if (!who.gone) return who
      this.#gone--
    }
    return undefined
  }

  all(): readonly Who[] {
    return this.#places.slice(this.#head).filter((who) => who?.gone === false) as Who[]
  }

  #keep(places: readonly (Who | undefined)[], gone: number): void {
    this.#places = [...places]
    this.#head = 0
    this.#gone = gone
  }
}

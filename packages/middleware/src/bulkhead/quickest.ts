/** How many are looked back on. */
const size = 16

/** The shortest of the latest sixteen times: what a call takes at the very least, as far as can be told. */
export class Quickest {
  readonly #times: number[] = []
  #told = 0

  /** Milliseconds; 0 as long as sixteen have not been told. */
  get value(): number {
    return this.#times.length < size ? 0 : Math.min(...this.#times)
  }

  tell(milliseconds: number): void {
    this.#times[this.#told++ % size] = milliseconds
  }

  /** What was long ago says nothing of now. */
  forget(): void {
    this.#times.length = 0
    this.#told = 0
  }
}

/** How many are looked back on. */
const size = 128
/** How many it takes to say anything. */
const enough = 20
/** After how many more it is reckoned anew: a sort is not for every call. */
const stride = 32

/** The time that a share of the latest calls kept to. Holds 1 KiB, however many are told. */
export class Percentile {
  readonly #share: number
  readonly #times = new Float64Array(size)
  #told = 0
  #value: number | undefined = undefined

  /** @param share above 0, and 1 at most */
  constructor(share: number) {
    this.#share = share
  }

  /** Milliseconds; undefined until 20 are told. */
  get value(): number | undefined {
    return this.#value
  }

  tell(milliseconds: number): void {
    this.#times[this.#told++ % size] = milliseconds
    if (this.#told === enough || (this.#told > enough && this.#told % stride === 0)) this.#value = this.#reckoned()
  }

  #reckoned(): number {
    const sorted = this.#times.slice(0, this.#told).toSorted()
    return sorted[Math.ceil(this.#share * sorted.length) - 1]!
  }
}

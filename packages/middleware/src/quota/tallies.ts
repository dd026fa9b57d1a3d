import type { Clock } from '@penstock/core'
import type { Period } from './period.ts'
import type { Tally } from './tally.ts'

/** Milliseconds that closing waits for what is being written. */
const parting = 1000

/** The tally of each key in the period that it is. Beyond `most` keys the one made first is let go of. */
export class Tallies<Kind extends Tally> {
  readonly #tallies = new Map<string, Kind>()
  readonly #most: number
  readonly #periodAt: (date: number) => Period
  readonly #make: (key: string, period: Period, before: Kind | undefined) => Kind
  #clock: Clock | undefined = undefined

  /** @param make is given the tally of the period before, if there is one */
  constructor(
    most: number,
    periodAt: (date: number) => Period,
    make: (key: string, period: Period, before: Kind | undefined) => Kind,
  ) {
    this.#most = most
    this.#periodAt = periodAt
    this.#make = make
  }

  of(key: string, clock: Clock): Kind {
    this.#clock = clock
    const found = this.#tallies.get(key)
    const period = this.#periodAt(clock.date())
    if (found !== undefined && found.period.id === period.id) return found
    if (found !== undefined) this.#letGo(key, found)
    else if (this.#tallies.size >= this.#most) this.#letGo(...this.#tallies.entries().next().value!)
    const tally = this.#make(key, period, found)
    this.#tallies.set(key, tally)
    return tally
  }

  /** Those of the period that it is. */
  *[Symbol.iterator](): IterableIterator<[string, Kind]> {
    for (const entry of this.#tallies) if (this.#clock!.date() < entry[1].period.endsAt) yield entry
  }

  async close(): Promise<void> {
    if (this.#tallies.size === 0) return
    const gone = Promise.withResolvers<void>()
    const timer = this.#clock!.setTimer(gone.resolve, parting)
    await Promise.race([gone.promise, Promise.all([...this.#tallies.values()].map((tally) => tally.close()))])
    this.#clock!.clearTimer(timer)
  }

  #letGo(key: string, tally: Kind): void {
    this.#tallies.delete(key)
    void tally.close()
  }
}

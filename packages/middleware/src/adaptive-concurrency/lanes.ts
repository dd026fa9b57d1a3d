import type { Lane } from './lane.ts'

/** A lane for each key, the one asked for last at the end. Beyond `most` an idle one is forgotten; while none is there are more. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()
  readonly #most: number
  readonly #make: () => Lane
  #latest: string | undefined = undefined

  constructor(most: number, make: () => Lane) {
    this.#most = most
    this.#make = make
  }

  peek(key: string): Lane | undefined {
    return this.#lanes.get(key)
  }

  of(key: string): Lane {
    let lane = this.#lanes.get(key)
    if (lane !== undefined && key === this.#latest) return lane
    if (lane !== undefined) this.#lanes.delete(key)
    else if (this.#lanes.size >= this.#most) this.#forget()
    lane ??= this.#make()
    this.#lanes.set(key, lane)
    this.#latest = key
    return lane
  }

  #forget(): void {
    for (const [key, { inFlight }] of this.#lanes) {
      if (inFlight > 0) continue
      this.#lanes.delete(key)
      return
    }
  }
}

import { Gate } from './gate.ts'

/** A gate for each key. Beyond `most` an idle one is forgotten for a new one; while none is idle there are more. */
export class Gates {
  readonly #gates = new Map<string, Gate>()
  readonly #most: number
  readonly #make: (limit: number) => Gate

  constructor(most: number, make: (limit: number) => Gate) {
    this.#most = most
    this.#make = make
  }

  of(key: string, limit: number, now: number): Gate {
    const found = this.#gates.get(key)
    if (found !== undefined) return found
    if (this.#gates.size >= this.#most) this.#forget(now)
    const gate = this.#make(limit)
    this.#gates.set(key, gate)
    return gate
  }

  #forget(now: number): void {
    for (const [key, gate] of this.#gates) {
      if (!gate.idle(now)) continue
      this.#gates.delete(key)
      return
    }
  }
}

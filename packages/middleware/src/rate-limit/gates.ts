import type { Clock } from '@penstock/core'
import type { Pacer } from './pacer.ts'

type Make = (limit: number, key: string, clock: Clock) => Pacer

/** A gate for each key. Beyond `most` an idle one is forgotten for a new one; while none is idle there are more. */
export class Gates {
  readonly #gates = new Map<string, Pacer>()
  readonly #most: number
  readonly #make: Make

  constructor(most: number, make: Make) {
    this.#most = most
    this.#make = make
  }

  of(key: string, limit: number, clock: Clock): Pacer {
    const found = this.#gates.get(key)
    if (found !== undefined) return found
    if (this.#gates.size >= this.#most) this.#forget(clock.now())
    const gate = this.#make(limit, key, clock)
    this.#gates.set(key, gate)
    return gate
  }

  all(): readonly Pacer[] {
    return [...this.#gates.values()]
  }

  #forget(now: number): void {
    for (const [key, gate] of this.#gates) {
      if (!gate.idle(now)) continue
      this.#gates.delete(key)
      void gate.close?.()
      return
    }
  }
}

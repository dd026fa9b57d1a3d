import type { Clock } from '@penstock/core'
import type { Pacer } from './pacer.ts'

type Make = (limit: number, key: string, clock: Clock) => Pacer

/** A gate for each key. Beyond `most` an idle one is forgotten for a new one; while none is idle there are more. */
export class Gates {
  readonly #gates = new Map<string, Pacer>()
  readonly #most: number
  readonly #make: Make
  /** Asked for last: mostly it is asked for again, and to look it up takes ten times as long. */
  #latest: Pacer | undefined = undefined
  #latestKey = ''

  constructor(most: number, make: Make) {
    this.#most = most
    this.#make = make
  }

  of(key: string, limit: number, clock: Clock): Pacer {
    if (this.#latest !== undefined && this.#latestKey === key) return this.#latest
    const gate = this.#gates.get(key) ?? this.#added(key, limit, clock)
    this.#latestKey = key
    return (this.#latest = gate)
  }

  all(): readonly Pacer[] {
    return [...this.#gates.values()]
  }

  #added(key: string, limit: number, clock: Clock): Pacer {
    if (this.#gates.size >= this.#most) this.#forget(clock.now())
    const gate = this.#make(limit, key, clock)
    this.#gates.set(key, gate)
    return gate
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

import type { TappedWire } from './tap.ts'
import { wireKey } from './wire-key.ts'

/** The sockets of one origin and one set of wire options. */
export interface Pool {
  readonly idle: boolean
  close(): Promise<void>
}

/** The pools of a transport, the one used longest ago first. */
export class Pools<Kind extends Pool> {
  readonly #open: (origin: string, wire: TappedWire) => Kind
  readonly #most: number
  readonly #pools = new Map<string, Kind>()
  #lastOrigin = ''
  #lastWire: TappedWire | undefined = undefined
  #last: Kind | undefined = undefined
  closed = false

  constructor(most: number, open: (origin: string, wire: TappedWire) => Kind) {
    this.#most = most
    this.#open = open
  }

  get size(): number {
    return this.#pools.size
  }

  of(origin: string, wire: TappedWire): Kind {
    if (origin === this.#lastOrigin && wire === this.#lastWire) return this.#last!
    const shared = wireKey(wire)
    const key = shared === '' ? origin : `${origin} ${shared}`
    let pool = this.#pools.get(key)
    if (pool === undefined) {
      if (this.#pools.size >= this.#most) this.#evict()
      pool = this.#open(origin, wire)
    } else {
      this.#pools.delete(key)
    }
    this.#pools.set(key, pool)
    this.#lastOrigin = origin
    // what may still be changed is looked at again
    this.#lastWire = Object.isFrozen(wire) ? wire : undefined
    return (this.#last = pool)
  }

  /** A pool in use is never closed: then there is one more for a while. */
  #evict(): void {
    for (const [key, pool] of this.#pools) {
      if (!pool.idle) continue
      this.#pools.delete(key)
      void pool.close()
      return
    }
  }

  async close(): Promise<void> {
    this.closed = true
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    this.#lastWire = undefined
    await Promise.all(pools.map((pool) => pool.close()))
  }
}

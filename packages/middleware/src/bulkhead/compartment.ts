import type { Call, Failure } from '@penstock/core'
import { Place } from './place.ts'
import { Quickest } from './quickest.ts'

/** Says no to a call that waits; `needs` is what even a quick call would still need, in milliseconds. */
export type Refuse = (call: Call<any>, needs: number) => Failure

/** The calls of one key: some in flight, the others in the order of their priority and of their coming. */
export class Compartment {
  readonly #limit: number
  readonly #empty: () => void
  readonly #queue: Place[] = []
  readonly #quickest = new Quickest()
  #inFlight = 0

  /** @param empty told when nobody is left in it */
  constructor(limit: number, empty: () => void) {
    this.#limit = limit
    this.#empty = empty
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** The one that would be given up first. */
  get last(): Place | undefined {
    return this.#queue.at(-1)
  }

  /** False when all places are taken. */
  enter(): boolean {
    if (this.#inFlight >= this.#limit) return false
    this.#inFlight++
    return true
  }

  /** How many stand before one of this priority. */
  ahead(priority: number): number {
    let at = this.#queue.length
    while (at > 0 && this.#queue[at - 1]!.priority < priority) at--
    return at
  }

  /** Milliseconds that a call with so many before it needs to the end of its body, if all of them are as quick as any was lately. */
  needs(ahead: number): number {
    return this.#quickest.value * (1 + Math.floor(ahead / this.#limit))
  }

  /** Wait for a place: gives nothing when it is taken, or the failure that cut the wait short. */
  queue(call: Call, priority: number, dueAt: number, expire: () => Failure): Promise<Failure | undefined> {
    return new Promise((resolve) => {
      const place = new Place(call, { priority, dueAt, expire, compartment: this, resolve })
      if (place.begun) this.#queue.splice(this.ahead(priority), 0, place)
    })
  }

  drop(place: Place): void {
    const at = this.#queue.indexOf(place)
    if (at === -1) return
    this.#queue.splice(at, 1)
    this.#check()
  }

  /** A place is free again, after so many milliseconds: it goes to the first that can still make use of it. */
  leave(held: number, refuse: Refuse): void {
    this.#quickest.tell(held)
    const needs = this.needs(0)
    for (const place of this.#queue.slice()) {
      const left = place.call.remaining()
      // whose time is over rings in this very sweep, and says so itself
      if (left <= 0) continue
      if (left > needs) {
        this.#queue.splice(this.#queue.indexOf(place), 1)
        return place.take()
      }
      place.cut(refuse(place.call, needs))
    }
    this.#inFlight--
    this.#check()
  }

  #check(): void {
    if (this.#inFlight > 0 || this.#queue.length > 0) return
    this.#quickest.forget()
    this.#empty()
  }
}

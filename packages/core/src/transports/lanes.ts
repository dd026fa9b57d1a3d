import type { Client, Dispatcher } from 'undici'
import { closed } from './closed.ts'
import type { Lane, Passenger } from './lane.ts'
import { Line } from './line.ts'
import type { Pool } from './pools.ts'

/** Makes a lane, and the client that it is. */
export type LaneMaker = (arrived: (lane: Lane) => void) => { readonly lane: Lane; readonly client: Client }

type Waiting = { readonly options: Dispatcher.DispatchOptions; readonly passenger: Passenger; readonly gone: boolean }

/**
 * The connections to one origin, for HTTP/1.1: one of undici's clients each, one request on each at a time. The one used
 * last goes first, so that what is not needed grows idle and is closed; who finds none waits, the longest first. undici's
 * own pool looks through all its clients at every request, and is told by an event of each that it is free.
 */
export class Lanes implements Pool {
  readonly #most: number
  readonly #make: LaneMaker
  readonly #clients = new Map<Lane, Client>()
  readonly #free: Lane[] = []
  readonly #line = new Line<Waiting>()

  constructor(most: number, make: LaneMaker) {
    this.#most = most
    this.#make = make
  }

  get idle(): boolean {
    return this.#free.length === this.#clients.size && this.#line.isEmpty
  }

  dispatch(options: Dispatcher.DispatchOptions, passenger: Passenger): void {
    const lane = this.#rested() ?? (this.#clients.size < this.#most ? this.#made() : undefined)
    if (lane !== undefined) return this.#carry(lane, options, passenger)
    this.#line.join({
      options,
      passenger,
      get gone() {
        return passenger.gone
      },
    })
  }

  /** One who waits here has gone. */
  left(): void {
    this.#line.left()
  }

  async close(): Promise<void> {
    const waiting = this.#line.all()
    await Promise.all([...this.#clients.values()].map((client) => client.destroy()))
    for (const { passenger } of waiting) passenger.onResponseError?.(undefined as never, closed)
  }

  /** One that has a socket, before one that would have to open another. */
  #rested(): Lane | undefined {
    const free = this.#free
    if (free.length < 2 || free.at(-1)!.isOpen) return free.pop()
    const open = free.findLastIndex((lane) => lane.isOpen)
    return open === -1 ? free.pop() : free.splice(open, 1)[0]
  }

  #made(): Lane {
    const { lane, client } = this.#make(this.#arrived)
    this.#clients.set(lane, client)
    return lane
  }

  #carry(lane: Lane, options: Dispatcher.DispatchOptions, passenger: Passenger): void {
    passenger.lane = lane
    this.#clients.get(lane)!.dispatch(options, passenger)
  }

  readonly #arrived = (lane: Lane): void => {
    if (this.#line.isEmpty) this.#free.push(lane)
    // undici is not done yet with the request that has ended, and would send the next one right behind it
    else queueMicrotask(() => this.#next(lane))
  }

  #next(lane: Lane): void {
    const waiting = this.#line.next()
    if (waiting === undefined) this.#free.push(lane)
    else this.#carry(lane, waiting.options, waiting.passenger)
  }
}

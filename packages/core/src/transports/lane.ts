import type { Client, Dispatcher } from 'undici'
import type { Dial } from './dial.ts'
import type { Dialer } from './dialer.ts'

/** Who is carried by a lane, and needs to know by which. */
export type Passenger = Dispatcher.DispatchHandler & { set lane(lane: Lane); readonly gone: boolean }

/** One of undici's clients, which has one socket at a time: what a trip must know of it to report wire facts. */
export class Lane {
  dial: Dial | undefined = undefined
  /** Requests that its socket has carried. */
  served = 0
  readonly #dialer: Dialer
  readonly #arrived: ((lane: Lane) => void) | undefined

  /** @param arrived told when a passenger has got off */
  constructor(dialer: Dialer, arrived?: (lane: Lane) => void) {
    this.#dialer = dialer
    this.#arrived = arrived
  }

  /** undici's connector. */
  readonly connect = (_: unknown, tell: (...args: any[]) => void): void => {
    const dial = (this.dial = this.#dialer.dial())
    this.served = 0
    dial.whenReady(() => tell(null, dial.socket))
    dial.whenLost((fault) => tell(fault, null))
  }

  /** For a pool of undici's: passengers are told who carries them; one who has left in its queue is not carried. */
  carry(client: Client): Client {
    const dispatch = client.dispatch.bind(client)
    client.dispatch = (options, handler) => {
      const passenger = handler as Passenger
      if (passenger.gone) return true
      passenger.lane = this
      return dispatch(options, handler)
    }
    return client
  }

  /** Whether the next passenger finds a socket. */
  get isOpen(): boolean {
    return this.dial?.stage === 'ready' && !this.dial.socket.destroyed
  }

  /** Nobody waits for the connection that is being made. */
  giveUp(): void {
    if (this.dial !== undefined && this.dial.stage !== 'ready') this.dial.socket.destroy()
  }

  /** Its passenger has got off, and looks at it no more. */
  arrived(): void {
    this.#arrived?.(this)
  }
}

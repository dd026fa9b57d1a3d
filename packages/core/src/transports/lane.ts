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

  constructor(dialer: Dialer) {
    this.#dialer = dialer
  }

  /** undici's connector. */
  readonly connect = (_: unknown, tell: (...args: any[]) => void): void => {
    const dial = (this.dial = this.#dialer.dial())
    this.served = 0
    dial.whenReady(() => tell(null, dial.socket))
    dial.whenLost((fault) => tell(fault, null))
  }

  /** Passengers are told who carries them; one who has left in the queue is not carried. */
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

  /** Nobody waits for the connection that is being made. */
  giveUp(): void {
    if (this.dial !== undefined && this.dial.stage !== 'ready') this.dial.socket.destroy()
  }
}

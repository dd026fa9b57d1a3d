import { EndedCall } from './ended-call.ts'
import { listen } from './listeners.ts'

/** Ends the subscription. */
export type StopFlights = {
  (): void
  /** Calls that the listener missed: it threw, its promise rejected, or too many ended at once. */
  readonly dropped: number
}

/**
 * Hears of every call of this process that ended, whoever's client it was: in the turn after, when its caller has the answer,
 * so a listener can neither break nor delay the call. Calls at level `off` and those made on behalf of others are not told;
 * one whose streamed body broke later is told again, under the same id. Nothing but a look when nobody listens.
 *
 * @example
 * ```ts
 * import { flightLine, onFlight } from '@penstock/core/diagnose'
 *
 * const stop = onFlight((call) => {
 *   if (call.failed) console.error(flightLine(call.flight))
 * })
 * stop()
 * ```
 */
export function onFlight(listener: (call: EndedCall) => unknown): StopFlights {
  const listening = listen((ledger) => listener(new EndedCall(ledger)))
  const stop = () => listening.stop()
  return Object.defineProperty(stop, 'dropped', { get: () => listening.dropped }) as unknown as StopFlights
}

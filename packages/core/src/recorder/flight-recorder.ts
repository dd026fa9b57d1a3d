import { ConfigError } from '../errors.ts'
import { dumping, type DumpTo } from './flight-recorder/dumping.ts'
import { Ring } from './flight-recorder/ring.ts'
import { EndedCall } from './ended-call.ts'
import type { Flight } from './flight.ts'
import { listen } from './listeners.ts'

export type FlightRecorderOptions = {
  /** How many calls are kept, the last ones. @default 256 */
  readonly flights?: number
  /** Bytes they may take as JSON, about. @default 2 MiB */
  readonly bytes?: number
  /** Where the calls that are kept go when one fails: a file, to which it is added, or a stream. @default nowhere */
  readonly dump?: DumpTo
  /** Bytes that are dumped at most, in all. @default 64 MiB */
  readonly dumpBytes?: number
}

export type FlightRecorder = Disposable & {
  /** The calls that are kept, the oldest first. */
  readonly flights: readonly Flight[]
  /** What it missed: calls that could not be dumped, or of which it was not told. */
  readonly dropped: number
  /** The calls that are kept as lines of JSON, for {@link readFlights}. */
  ndjson(): string
  /** It hears no more; what it has stays. */
  stop(): void
}

/**
 * Keeps the last calls of this process, whoever's client made them, bounded in number and in bytes. With `dump` they are
 * written when one fails, that one last, each once: what led to a failure stands before it. A file is written at once, so
 * that it is there when the process dies of the failure; in it no live secret passes.
 *
 * @throws ConfigError when a bound is less than 1
 * @example
 * ```ts
 * import { flightRecorder } from '@penstock/core/diagnose'
 *
 * using recorder = flightRecorder({ flights: 100 })
 * console.log(recorder.flights.length)
 * ```
 */
export function flightRecorder(options: FlightRecorderOptions = {}): FlightRecorder {
  const { flights = 256, bytes = 2 ** 21, dump, dumpBytes = 2 ** 26 } = options
  for (const [name, bound] of Object.entries({ flights, bytes, dumpBytes }))
    if (!(bound >= 1))
      throw new ConfigError('CONFIG_INVALID', `flightRecorder({ ${name} }) is ${bound}: give 1 or more`)
  const ring = new Ring(flights, bytes)
  const write = dump === undefined ? undefined : dumping(dump, dumpBytes)
  let dropped = 0
  const listening = listen((ledger) => {
    const call = new EndedCall(ledger)
    ring.add(call, ledger)
    if (call.failed && write !== undefined) for (const kept of ring.unwritten()) if (!write(kept.flight)) dropped++
  })
  const stop = () => listening.stop()
  return {
    get flights() {
      return ring.calls.map(({ flight }) => flight)
    },
    get dropped() {
      return dropped + listening.dropped
    },
    ndjson: () => ring.calls.map(({ flight }) => `${JSON.stringify(flight)}\n`).join(''),
    stop,
    [Symbol.dispose]: stop,
  }
}

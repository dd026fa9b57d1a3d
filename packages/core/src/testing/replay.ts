import { birth } from '../birth.ts'
import type { Call } from '../call.ts'
import type { Endpoint } from '../endpoint.ts'
import { ConfigError } from '../errors.ts'
import { letGo, type Outcome } from '../outcome.ts'
import type { Stackable } from '../order.ts'
import { type Pipeline, pipeline } from '../pipeline.ts'
import { type Flight, flightOf } from '../recorder/flight.ts'
import { readFlights } from '../recorder/read-flights.ts'
import { Runtime } from '../runtime.ts'
import type { Transport } from '../transport.ts'
import type { Bilingual } from '../verdict-table.ts'
import { type Difference, differencesOf, ReplayDifference } from './replay/difference.ts'
import { reading } from './replay/reading.ts'
import { replayClock } from './replay/replay-clock.ts'
import { requestOf } from './replay/request-of.ts'
import { stageOf } from './replay/stage.ts'
import { seeded } from './seeded.ts'

export type ReplayOptions = {
  /** Give what differs instead of throwing it: to see what another stack makes of it. @default false */
  readonly differing?: boolean
  /** Milliseconds by which times may differ. @default 50 */
  readonly within?: number
  /** What the call was made to, when it was to an endpoint: its table judges. @default none */
  readonly endpoint?: Endpoint<any, any>
}

export type Replay = {
  /** What happens now. */
  readonly flight: Flight
  readonly recorded: Flight
  readonly same: boolean
  readonly differences: readonly Difference[]
}

/** A pipeline, of which the transport is not asked, or layers. */
export type Replayable = Pipeline | readonly Stackable[]

/**
 * Make a recorded call again, offline: the real layers, on a virtual clock, with the chance it had; what came from outside
 * comes again at its time: answers and faults of the wire, an abort, a stall of the process, a jump of the clock. Throws
 * when a layer decides otherwise than it did.
 *
 * @param from a file, of which the last call that failed is taken; or a flight, or what `flightOf` takes
 * @throws ReplayDifference `REPLAY_DIFFERS`, with both sides of everything that differs; FlightFileError `FLIGHT_FILE`
 * @example
 * ```ts
 * import { flightOf } from '@penstock/core'
 * import { replay } from '@penstock/core/testing'
 * import { retry, status } from '@penstock/middleware'
 *
 * const holds = async (error: unknown) => { // in a test: await replay('failure.penstock', stack)
 *   const flight = flightOf(error)
 *   if (flight) await replay(flight, [retry(), status()])
 * }
 * ```
 */
export async function replay(
  from: string | URL | object,
  stack: Replayable,
  options: ReplayOptions = {},
): Promise<Replay> {
  const { differing = false, within = 50, endpoint } = options
  const recorded = recordOf(from)
  if (recorded.level === 'off' || recorded.recording === undefined)
    throw new ConfigError('CONFIG_INVALID', "replay: the call was not recorded: it is at level 'errors' and above")
  if (recorded.endpoint !== undefined && endpoint === undefined && recorded.trips.some(({ answer }) => answer?.body))
    throw new ConfigError('CONFIG_INVALID', `replay: the call was to ${recorded.endpoint}: give it as { endpoint }`)
  const flight = await again(recorded, pipelineOf(stack), endpoint)
  const differences = differencesOf(recorded, flight, within)
  if (differences.length > 0 && !differing) throw new ReplayDifference(differences)
  return { flight, recorded, same: differences.length === 0, differences }
}

function recordOf(from: string | URL | object): Flight {
  if (typeof from !== 'string' && !(from instanceof URL)) {
    const flight = 'schema' in Object(from) ? (from as Flight) : flightOf(from)
    if (flight === undefined) throw new ConfigError('CONFIG_INVALID', 'replay: give a file, a flight, or what has one')
    return readFlights(`${plain(flight)}\n`)[0]!
  }
  const flights = readFlights(from)
  const flight = flights.findLast(({ failure }) => failure !== undefined) ?? flights.at(-1)
  if (flight === undefined)
    throw new ConfigError('CONFIG_INVALID', 'replay: there is no call in the file', { hint: recordOne })
  return flight
}

/** Attempts: a file may say what it likes, and the options of its layers too. */
const most = 1000

function plain(flight: Flight): string {
  try {
    return JSON.stringify(flight)
  } catch (cause) {
    throw new ConfigError('CONFIG_INVALID', 'replay: the flight is no plain data', { cause })
  }
}

const recordOne: Bilingual = {
  en: 'Give a file with a call in it: PENSTOCK_DIAGNOSE=errors,dir:PATH writes those that fail.',
  zh: '请给出含有调用记录的文件：PENSTOCK_DIAGNOSE=errors,dir:PATH 会写出失败的调用。',
}

const pipelineOf = (stack: Replayable): Pipeline =>
  typeof stack === 'function' ? stack : pipeline(stack as [], nowhere)

/** Never asked: the stage plays what comes from outside. */
const nowhere: Transport = {
  name: 'replay',
  send: () => Promise.reject(new ConfigError('CONFIG_INVALID', 'a replay sends nothing')),
  close: async () => {},
}

async function again(recorded: Flight, stack: Pipeline, endpoint: Endpoint<any, any> | undefined): Promise<Flight> {
  const recording = recorded.recording!
  const clock = replayClock(Date.parse(recorded.startedAt), recorded.stalls, recording.jumps)
  const draws = [...recording.chance]
  const others = seeded(1)
  const runtime = new Runtime(clock, () => draws.shift() ?? others())
  const aborts = new AbortController()
  const call = birth(requestOf(recorded, endpoint, aborts.signal), {
    origin: new URL(recorded.url).origin,
    runtime,
    level: 'all',
    attempts: Math.min(most, recorded.maxAttempts),
  })
  runtime.stage = stageOf(recorded, () => call.ledger, clock)
  const { abort } = recording
  if (abort !== undefined)
    clock.setTimer(() => aborts.abort(new DOMException('replayed', abort === 'other' ? 'Error' : abort)), recorded.took)
  const work = made(call, stack, recorded)
  if (!(await clock.runUntil(work))) call.ledger.settle('unknown')
  else await work
  return flightOf(call.ledger)!
}

async function made(call: Call, stack: Pipeline, recorded: Flight): Promise<void> {
  const outcome: Outcome = await call.until(stack(call), letGo)
  call.ledger.settle(outcome.verdict, outcome)
  const failure = await reading(outcome, recorded)
  if (failure !== undefined) call.ledger.settle(failure.verdict, failure)
}

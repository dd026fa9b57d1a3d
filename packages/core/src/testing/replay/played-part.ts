import type { Call } from '../../call.ts'
import type { Next } from '../../layer.ts'
import { Failure, type Outcome } from '../../outcome.ts'
import type { Flight, FlightNote } from '../../recorder/flight.ts'
import { bytesBody, Reply } from '../../reply.ts'
import type { Step } from '../../step.ts'
import { Arrival } from './arrival.ts'

/** Layers whose decisions rest on other calls, of which one record knows nothing. */
const shared = /^(?:adaptiveConcurrency|bulkhead|cache|circuitBreaker|dedupe|httpCache|quota|rateLimit)\./

/** A layer's part as it was recorded, when it rests on what other calls did; undefined when it can play itself. */
export function playedPart(flight: Flight, step: Step, call: Call<any>, next: Next): Promise<Outcome> | undefined {
  const own = flight.notes.filter(
    ({ layer, attempt, id }) => layer === step.name && attempt === call.attempt && shared.test(id),
  )
  return own.length === 0 ? undefined : play(flight, own, step, call, next)
}

async function play(flight: Flight, own: readonly FlightNote[], step: Step, call: Call<any>, next: Next) {
  const trip = flight.trips.find(({ attempt }) => attempt === call.attempt)
  const goesAt = trip?.at ?? Infinity
  const note = ({ id, layer, en, zh, facts }: FlightNote) =>
    call.note({ id, layer: id.split('.', 1)[0]!, en, zh }, facts, layer)
  for (const each of own.filter(({ at }) => at <= goesAt)) {
    const cut = await until(call, each.at)
    if (cut !== undefined) return cut
    note(each)
  }
  const { failure, took } = flight
  if (trip === undefined && failure?.layer === step.name) {
    const { code, layer, because } = failure
    return (await until(call, took)) ?? new Failure(flight.verdict ?? 'refused', code, layer, because)
  }
  if (trip === undefined && failure === undefined)
    return new Reply(200, {}, bytesBody(Buffer.from('{}')), undefined, { verdict: 'ok' })
  const cut = await until(call, goesAt)
  if (cut !== undefined) return cut
  const outcome = await next(call)
  own.filter(({ at }) => at > goesAt).forEach(note)
  return outcome
}

/** @param at milliseconds since the call began; `Infinity` waits for its end */
const until = async (call: Call<any>, at: number): Promise<Failure | undefined> =>
  new Arrival(call, Math.max(0, at - call.ledger.elapsed()), undefined).done

import type { Call } from '../../call.ts'
import type { ReplyHeaders } from '../../headers.ts'
import { Failure, type Outcome } from '../../outcome.ts'
import type { Flight, FlightTrip } from '../../recorder/flight.ts'
import type { Ledger } from '../../recorder/ledger.ts'
import type { TripAnswer, TripFailure } from '../../recorder/recording/answers.ts'
import { bytesBody, Reply, type ReplyBody } from '../../reply.ts'
import type { Stage } from '../../runtime.ts'
import { Arrival } from './arrival.ts'
import { bodyOf } from './body-of.ts'
import { playedPart } from './played-part.ts'
import type { ReplayClock } from './replay-clock.ts'

/** Milliseconds that a process is late without standing still. What is later than that is done later by another stack. */
const lateness = 50

/** Plays what came from outside: answers of the wire, and what state of other calls made of this one. */
export function stageOf(flight: Flight, root: () => Ledger, clock: ReplayClock): Stage {
  const played = new Map<Ledger, number>()

  function send(call: Call<any>): Promise<Outcome> {
    const { ledger } = call
    const record = recordOf(flight, root(), ledger)
    // a call made on behalf of this one that was not needed then: a token that was there already
    if (record === undefined) return Promise.resolve(standIn())
    const nth = played.get(ledger) ?? 0
    played.set(ledger, nth + 1)
    const trip = record.trips[Math.min(nth, record.trips.length - 1)]
    if (trip === undefined) return new Arrival<Outcome>(call, 0, unknownServer).done
    if (nth < record.trips.length) catchUp(clock.now() + trip.at - ledger.elapsed())
    return answer(call, trip, record)
  }

  async function answer(call: Call<any>, trip: FlightTrip, record: Flight): Promise<Outcome> {
    const { answer: came, took = 0, reusedSocket } = trip
    const failure = came?.failure
    const comes = failure?.cut === true ? Infinity : took
    const departed = clock.now()
    const cut = await new Arrival(call, comes, undefined).done
    if (cut !== undefined) {
      if (failure?.cut === true) catchUp(departed + took)
      return cut.at(failure?.phase ?? 'wait', failure?.sent ?? 'all', reusedSocket)
    }
    if (failure !== undefined) return failureOf(failure, reusedSocket)
    const { total = took, status = 200 } = trip
    const body = arriving(
      call,
      came?.broken,
      total - took,
      bodyOf(trip, record.failure?.layer === 'reply' && trip === record.trips.at(-1) ? record.failure.code : undefined),
      () => catchUp(departed + total),
    )
    return new Reply(status, headersOf(came), body, reusedSocket)
  }

  /** It was done then: the process was late, or stood still. */
  function catchUp(to: number): void {
    const now = clock.now()
    const stood = flight.stalls.reduce(
      (sum, { at, milliseconds }) => sum + Math.max(0, Math.min(at + milliseconds, to) - Math.max(at, now)),
      0,
    )
    if (to > now && to - now <= lateness + stood) clock.skip(to)
  }

  return {
    send,
    notes(ledger, id) {
      const noted = recordOf(flight, root(), ledger)?.notes[ledger.notes?.length ?? 0]
      if (noted?.id === id) catchUp(clock.now() + noted.at - ledger.elapsed())
    },
    run(step, call, next) {
      const record = recordOf(flight, root(), call.ledger)
      return (record && playedPart(record, step, call, next)) ?? step.run(call, next)
    },
  }
}

function headersOf(came: TripAnswer | undefined): ReplyHeaders {
  const { 'set-cookie': cookie, ...headers } = came?.headers ?? {}
  return cookie === undefined ? headers : { ...headers, 'set-cookie': [cookie] }
}

/** A call's own record: of copies and of calls on its behalf, the one at the same place. */
function recordOf(flight: Flight, root: Ledger, ledger: Ledger): Flight | undefined {
  if (root === ledger) return flight
  for (const [place, child] of (root.children ?? []).entries()) {
    const record = flight.children[place]?.flight
    const found = record && recordOf(record, child, ledger)
    if (found !== undefined) return found
  }
  return undefined
}

const standIn = () =>
  new Reply(
    200,
    { 'content-type': 'application/json' },
    bytesBody(Buffer.from('{"access_token":"replayed","token_type":"bearer","expires_in":2592000}')),
  )

const unknownServer = new Failure(
  'refused',
  'REPLAY_ENDED',
  'replay',
  'no request was sent then: nothing is known of what the server would answer',
)

function failureOf(failure: TripFailure, reusedSocket: boolean | undefined): Failure {
  const { verdict, code, layer, because } = failure
  return new Failure(verdict, code, layer, because, { ...failure, reusedSocket })
}

function arriving(
  call: Call<any>,
  broken: TripFailure | undefined,
  after: number,
  bytes: Uint8Array,
  late: () => void,
): ReplyBody {
  if (broken === undefined && after <= 0) return bytesBody(bytes)
  const what = broken === undefined ? bytes : failureOf(broken, undefined)
  const arrival = new Arrival<Uint8Array | Failure>(call, broken?.cut === true ? Infinity : Math.max(0, after), what)
  let whole: Uint8Array | Failure | undefined
  const done = arrival.done.then((came) => {
    if (came instanceof Failure && broken?.cut === true) late()
    return (whole = came instanceof Failure && came !== what ? came.at('receive', 'all') : came)
  })
  return {
    read: () => done,
    get whole() {
      return whole
    },
    async *pieces() {
      const came = await done
      if (came instanceof Failure) return came
      if (came.length > 0) yield came
      return undefined
    },
    discard() {
      if (whole === undefined) arrival.cut(new Failure('refused', 'BODY_DISCARDED', 'replay', 'the body was discarded'))
    },
    whenOver: (tell) => void done.then(tell),
  }
}

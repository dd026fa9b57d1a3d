import type { Phase } from '../../outcome.ts'
import type { Flight, FlightNote, FlightTrip } from '../flight.ts'

/** What a flight shows of its end, as causes ask for it. */
export type Evidence = {
  readonly flight: Flight
  readonly code: string
  readonly because: string
  /** The trip that the call ended in; undefined when it ended between two, or before the first. */
  readonly trip: FlightTrip | undefined
  /** How far that trip had come; `local` without one. */
  readonly phase: Phase
  /** Milliseconds of that trip. */
  readonly spent: number
  /** Cut by a bound in time: of the call, of the attempt, of silence, of connecting. */
  readonly timedOut: boolean
  readonly host: string
  readonly secure: boolean
  /** The last note of that kind. */
  readonly note: (id: string) => FlightNote | undefined
}

const bounds = new Set(['CALL_DEADLINE', 'ATTEMPT_TIMEOUT', 'BODY_IDLE', 'CONNECT_TIMEOUT'])

/** Undefined for a call that went well, or still runs. */
export function evidenceOf(flight: Flight): Evidence | undefined {
  const { failure, trips, notes, url } = flight
  if (failure === undefined) return undefined
  const { code, because } = failure
  const last = trips.at(-1)
  // an answer whose body came to nothing has a status, and a failure that is no status
  const trip = last !== undefined && (last.code === code || endedInBody(last, failure)) ? last : undefined
  const { hostname, protocol } = new URL(url)
  return {
    flight,
    code,
    because,
    trip,
    phase: trip === undefined ? 'local' : (trip.phase as Phase),
    spent: trip?.total ?? trip?.took ?? 0,
    timedOut: bounds.has(code),
    host: hostname,
    secure: protocol === 'https:',
    note: (id) => notes.findLast((note) => note.id === id),
  }
}

const endedInBody = (
  { status, total }: FlightTrip,
  { code, status: judged }: { code: string; status?: number | undefined },
) => status !== undefined && total !== undefined && (judged === undefined || code.startsWith('BODY_'))

import type { Flight, FlightNote, FlightTrip } from '../flight.ts'
import type { HarDecision } from './har-format.ts'

/**
 * What was decided about one of a call's requests: in its attempt, from its beginning to that of the next one of the same
 * attempt, and before the first of them too. Attempts may overlap, so that time alone would not tell.
 */
export function decisionsOf({ notes, trips }: Flight, index: number): HarDecision[] {
  return notes
    .filter((note) => placeOf(note, trips) === index)
    .map(({ at, layer, id, en, zh }) => ({ at, layer, id, en, zh }))
}

/** A decision in an attempt that sent nothing belongs to what was sent before it. */
function placeOf({ at, attempt }: FlightNote, trips: readonly FlightTrip[]): number {
  const own = trips.some((trip) => trip.attempt === attempt)
  const among = (trip: FlightTrip) => !own || trip.attempt === attempt
  const before = trips.findLastIndex((trip) => among(trip) && trip.at <= at)
  return before === -1 ? trips.findIndex(among) : before
}

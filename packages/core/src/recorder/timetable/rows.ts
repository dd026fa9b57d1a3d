import type { Phases } from '../timeline.ts'
import type { Flight, FlightNote, FlightTrip } from '../flight.ts'
import type { Kind, Stretch } from './stretch.ts'
import { waitOf } from './wait-of.ts'

type Placed = {
  /** Calls made on behalf of others are deeper. */
  readonly depth: number
  /** Milliseconds since the outermost call began. */
  readonly at: number
  /** In the order of time. */
  readonly stretches: readonly Stretch[]
}

/** One line of what happened: a request, a wait or another decision of a layer, a call made on behalf of this one, … */
export type Row = Placed &
  (
    | { readonly is: 'trip'; readonly trip: FlightTrip }
    | { readonly is: 'wait' | 'note'; readonly note: FlightNote }
    | { readonly is: 'call'; readonly flight: Flight }
    | { readonly is: 'work'; readonly layer: string; readonly attempt: number }
    | { readonly is: 'stalls' }
  )

/** @param began of the flight, in milliseconds since the outermost one did */
export function rowsOf(flight: Flight, began = 0, depth = 0): Row[] {
  const { trips, notes, children } = flight
  const blocks: Row[][] = [
    ...trips.map((trip): Row[] => [
      { is: 'trip', depth, at: began + trip.at, trip, stretches: ofTrip(trip, flight, began) },
    ]),
    ...notes.map((note): Row[] => {
      const wait = waitOf(note, flight)
      const is = wait === undefined ? 'note' : 'wait'
      return [{ is, depth, at: began + note.at, note, stretches: wait === undefined ? [] : placed([wait], began) }]
    }),
    ...children.map((child): Row[] => {
      const at = Math.max(0, began + child.at)
      return [
        { is: 'call', depth, at, flight: child.flight, stretches: [] },
        ...rowsOf(child.flight, began + child.at, depth + 1),
      ]
    }),
  ]
  return blocks.toSorted(([one], [other]) => one!.at - other!.at).flat()
}

const phases: readonly (keyof Phases)[] = ['queue', 'dns', 'tcp', 'tls', 'send', 'wait', 'receive']

function ofTrip(trip: FlightTrip, { took }: Flight, began: number): Stretch[] {
  if (trip.phases === undefined) {
    const to = trip.took === undefined ? Math.max(took, trip.at) : trip.at + trip.took
    return placed([{ kind: 'request', from: trip.at, to }], began)
  }
  let from = trip.at
  const stretches = phases.map((kind: Kind & keyof Phases) => ({ kind, from, to: (from += trip.phases![kind]) }))
  return placed(stretches, began)
}

/** What lay before the outermost call is no time of it. */
const placed = (stretches: readonly Stretch[], began: number): Stretch[] =>
  stretches
    .map(({ kind, from, to }) => ({ kind, from: Math.max(0, began + from), to: Math.max(0, began + to) }))
    .filter(({ from, to }) => to > from)

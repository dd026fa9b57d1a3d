import type { Flight } from './flight.ts'
import { own } from './timetable/own.ts'
import { type Row, rowsOf } from './timetable/rows.ts'
import { gapsBetween, kinds, type Kind, lengthOf } from './timetable/stretch.ts'

/** Where the time of a call went, to the millisecond. */
export type Timetable = {
  /** Milliseconds of the axis: the whole call, and what it began and left running. */
  readonly total: number
  /** In the order of time; those of a call made on its behalf stand below the row of that call, deeper. */
  readonly rows: readonly Row[]
  /** Milliseconds by kind, all rows together. Without copies under way at once they add up to `total`, less `unaccounted`. */
  readonly sums: Readonly<Record<Kind, number>>
  /** Milliseconds that no request, wait, layer or stall explains. */
  readonly unaccounted: number
}

/**
 * Adds a flight up: phases of requests, waits of layers, calls made on its behalf, stalls of this process, at level `all` the
 * layers' own work too; and what is left of the total then, which is shown and not hidden.
 */
export function timetable(flight: Flight): Timetable {
  const told = rowsOf(flight)
  const total = told.reduce((most, { stretches }) => Math.max(most, stretches.at(-1)?.to ?? 0), flight.took)
  const stalls = flight.stalls.map(({ at, milliseconds }) => ({
    kind: 'stall' as const,
    from: Math.max(0, at),
    to: Math.min(total, at + milliseconds),
  }))
  // a stall within a phase was spent in that phase: only elsewhere does it explain anything
  const waited = [...told.flatMap(({ stretches }) => stretches), ...stalls]
  const work = own(flight, gapsBetween(waited, flight.took))
  const gaps = gapsBetween([...waited, ...work.flatMap(({ stretches }) => stretches)], flight.took)
  const rows: Row[] = [
    ...told,
    ...work,
    ...(stalls.length === 0 ? [] : [{ is: 'stalls' as const, depth: 0, at: stalls[0]!.from, stretches: stalls }]),
  ]
  const sums = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>
  for (const { stretches } of rows) for (const stretch of stretches) sums[stretch.kind] += lengthOf(stretch)
  return { total, rows, sums, unaccounted: gaps.reduce((all, gap) => all + lengthOf(gap), 0) }
}

import type { Flight } from '../flight.ts'
import type { HarDecision } from './har-format.ts'

/** What was decided from a trip's beginning to the next one's; before the first trip, too, for the first. */
export function decisionsOf({ notes, trips }: Flight, index: number): HarDecision[] {
  const from = index === 0 ? -Infinity : trips[index]!.at
  const to = trips[index + 1]?.at ?? Infinity
  return notes.filter(({ at }) => at >= from && at < to).map(({ at, layer, id, en, zh }) => ({ at, layer, id, en, zh }))
}

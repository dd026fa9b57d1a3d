import { InputError } from '../../errors.ts'
import type { Facts } from '../../recorder/notes.ts'
import type { Flight, FlightNote, FlightTrip } from '../../recorder/flight.ts'

/** Where a replay and its record part. What is missing on one side is undefined. */
export type Difference = {
  /** `decision 2`, `request 1`, `end`; of a call on its behalf, `call 1, decision 2`. */
  readonly where: string
  readonly recorded: string | undefined
  readonly replayed: string | undefined
}

/** A call that is replayed decides otherwise than it did. */
export class ReplayDifference extends InputError {
  readonly differences: readonly Difference[]

  constructor(differences: readonly Difference[]) {
    const lines = differences.slice(0, 10).map(lineOf)
    const left = differences.length - lines.length
    const more = left > 0 ? `\n  and ${left} more` : ''
    super('REPLAY_DIFFERS', `The replay decides otherwise than the record:\n${lines.join('\n')}${more}`)
    this.differences = differences
  }
}

const lineOf = ({ where, recorded, replayed }: Difference) =>
  `  ${where}\n    - ${recorded ?? '(nothing)'}\n    + ${replayed ?? '(nothing)'}`

/**
 * Where two flights decide otherwise.
 *
 * @param within milliseconds that times may differ by
 */
export function differencesOf(recorded: Flight, replayed: Flight, within: number): readonly Difference[] {
  const pairs = <One>(
    what: string,
    ours: readonly One[],
    theirs: readonly One[],
    text: (one: One) => string,
    same: (one: One, other: One) => boolean,
  ) =>
    Array.from({ length: Math.max(ours.length, theirs.length) }, (_, index): Difference | undefined => {
      const [one, other] = [ours[index], theirs[index]]
      if (one !== undefined && other !== undefined && same(one, other)) return undefined
      return { where: `${what} ${index + 1}`, recorded: one && text(one), replayed: other && text(other) }
    }).filter((found) => found !== undefined)
  const near = (one: number, other: number) => Math.abs(one - other) <= within
  const own = [
    ...pairs('decision', recorded.notes, replayed.notes, noteText, (one, other) => sameNote(one, other, near)),
    ...pairs(
      'request',
      recorded.trips,
      replayed.trips,
      tripText,
      (one, other) => near(one.at, other.at) && tripEnd(one) === tripEnd(other),
    ),
    ...(endText(recorded) === endText(replayed) && near(recorded.took, replayed.took)
      ? []
      : [
          {
            where: 'end',
            recorded: `${time(recorded.took)} ${endText(recorded)}`,
            replayed: `${time(replayed.took)} ${endText(replayed)}`,
          },
        ]),
  ]
  const children = recorded.children.flatMap(({ flight }, index) => {
    const other = replayed.children[index]?.flight
    const where = `call ${index + 1}`
    if (other === undefined) return [{ where, recorded: endText(flight), replayed: undefined }]
    return differencesOf(flight, other, within).map((found) => ({ ...found, where: `${where}, ${found.where}` }))
  })
  return [...own, ...children]
}

function sameNote(one: FlightNote, other: FlightNote, near: (one: number, other: number) => boolean): boolean {
  if (one.id !== other.id || one.layer !== other.layer || one.attempt !== other.attempt || !near(one.at, other.at))
    return false
  const names = new Set([...Object.keys(one.facts), ...Object.keys(other.facts)])
  return [...names].every((name) => sameFact(one.facts[name], other.facts[name], near))
}

/** Whole numbers count something; others are times. */
function sameFact(one: Facts[string], other: Facts[string], near: (one: number, other: number) => boolean): boolean {
  const counted = Number.isInteger(one) && Number.isInteger(other)
  return typeof one === 'number' && typeof other === 'number' && !counted ? near(one, other) : one === other
}

const time = (milliseconds: number) => `${Math.round(milliseconds * 10) / 10} ms`

const noteText = ({ at, attempt, layer, id, en }: FlightNote) => `${time(at)} #${attempt} ${layer} ${id}: ${en}`

const tripEnd = ({ attempt, status, code, phase, sent, reusedSocket = false }: FlightTrip) =>
  `#${attempt} ${code ?? status ?? 'under way'} (${phase}, sent ${sent}${reusedSocket ? ', on a kept socket' : ''})`

const tripText = (trip: FlightTrip) => `${time(trip.at)} ${tripEnd(trip)}`

function endText({ verdict, failure, attempts }: Flight): string {
  const vendor = failure?.vendorCode === undefined ? '' : ` ${failure.vendorCode}`
  const why = failure === undefined ? '' : `: ${failure.code}${vendor} by ${failure.layer}`
  return `${verdict ?? 'under way'} after ${attempts} attempt${attempts === 1 ? '' : 's'}${why}`
}

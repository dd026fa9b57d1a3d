import type { Flight, FlightNote } from '../flight.ts'
import type { Stretch } from './stretch.ts'

/** Decisions to wait. The last word of a note's id says which it is, as metrics() counts them too. */
const ahead = new Set(['waits', 'joined', 'others_turn'])
/** Told when the wait was over. */
const past = new Set(['slow', 'store_silent'])
/** A timer is late by a little, and a layer reckons with a margin. */
const late = { share: 1.1, milliseconds: 25 }

/** The time that a note says a layer waited; undefined for any other note. */
export function waitOf(note: FlightNote, flight: Flight): Stretch | undefined {
  const { at, id, facts } = note
  const decision = id.slice(id.lastIndexOf('.') + 1)
  const wait = typeof facts['wait'] === 'number' ? facts['wait'] : undefined
  if (past.has(decision) && wait !== undefined) return { kind: 'layer', from: at - wait, to: at }
  if (!ahead.has(decision)) return undefined
  return { kind: 'layer', from: at, to: Math.max(at, endOf(note, wait, flight)) }
}

/** It ends with what the call does next. What the layer reckoned bounds it: what lies between is not for it to explain. */
function endOf(note: FlightNote, wait: number | undefined, { took, trips, notes, children }: Flight): number {
  const after = (from: number, moments: readonly { readonly at: number }[]) =>
    moments.reduce((first, { at }) => (at >= from && at < first ? at : first), took)
  const sent = Math.min(after(note.at, trips), after(note.at, children))
  const others = notes.filter((one) => one !== note)
  const next = Math.min(sent, after(note.at + (wait ?? 0) * 0.9, others))
  if (wait === undefined) return Math.min(sent, after(note.at, others.slice(notes.indexOf(note))))
  return next <= note.at + wait * late.share + late.milliseconds ? next : note.at + wait
}

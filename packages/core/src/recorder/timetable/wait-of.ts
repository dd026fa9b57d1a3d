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
  const sent = Math.min(first(trips, note.at), first(children, note.at), took)
  if (wait === undefined) return Math.min(sent, first(notes, note.at, notes.indexOf(note) + 1))
  const next = Math.min(sent, first(notes, note.at + wait * 0.9, 0, note))
  return next <= note.at + wait * late.share + late.milliseconds ? next : note.at + wait
}

/** The first moment from `from` on. */
function first(moments: readonly { readonly at: number }[], from: number, start = 0, except?: object): number {
  let earliest = Infinity
  for (let index = start; index < moments.length; index++) {
    const { at } = moments[index]!
    if (at >= from && at < earliest && moments[index] !== except) earliest = at
  }
  return earliest
}

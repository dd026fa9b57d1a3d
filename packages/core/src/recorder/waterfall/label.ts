import type { Language } from '../explain.ts'
import type { FlightTrip } from '../flight.ts'
import { duration } from '../notes.ts'
import type { Row } from '../timetable/rows.ts'
import { fit } from './fit.ts'
import { type Words, words } from './words.ts'

/** What stands before a bar, or alone in a line. */
export function label(row: Row, lang: Language): { readonly text: string; readonly style: 'red' | 'gray' | 'reset' } {
  const word = words[lang]
  const indent = indented(row)
  if (row.is === 'trip')
    return { text: indent + trip(row.trip, word), style: row.trip.code === undefined ? 'reset' : 'red' }
  if (row.is === 'stalls') return { text: `${indent}!  ${word.stalls}`, style: 'red' }
  const below = `${indent}   ↳ `
  if (row.is === 'work') return { text: below + word.work(row.layer), style: 'gray' }
  if (row.is !== 'call') return { text: `${below}${row.note.layer} ${row.note[lang]}`, style: 'gray' }
  const { endpoint, method, url, verdict, failure } = row.flight
  const end = failure?.code ?? verdict ?? word.running
  return { text: `${below}${endpoint ?? `${method} ${url}`}: ${end}`, style: failure === undefined ? 'gray' : 'red' }
}

function trip({ attempt, status, code, connection, reusedSocket, idle, took }: FlightTrip, word: Words): string {
  const socket = reusedSocket === true ? `↻${idle === undefined ? '' : ` ${duration(idle)}`}` : word.fresh
  const by = connection === undefined ? '–' : `c${connection.id} ${socket}`
  const end = code ?? (status === undefined ? (took === undefined ? word.running : '?') : String(status))
  return `${String(attempt).padEnd(2)} ${fit(by, 11)} ${end}`
}

/** What stands in a line of its own below a request: the addresses that its connection tried in vain. */
export function note(row: Row, lang: Language): string {
  const vain = (row.is === 'trip' && row.trip.connection?.tries.filter(({ code }) => code !== undefined)) || []
  const list = vain.map(({ address, code }) => `${address} ${code}`).join(', ')
  return list === '' ? '' : `${indented(row)}   ↳ ${words[lang].tried(list)}`
}

const indented = ({ depth }: Row) => '  '.repeat(Math.min(depth, 4) + 1)

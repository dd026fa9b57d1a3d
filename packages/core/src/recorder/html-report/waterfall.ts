import type { Flight, FlightTrip } from '../flight.ts'
import { duration } from '../notes.ts'
import { type Timetable, timetable } from '../timetable.ts'
import type { Row } from '../timetable/rows.ts'
import { kinds } from '../timetable/stretch.ts'
import { milliseconds } from '../waterfall/milliseconds.ts'
import { chart, type ChartRow } from './chart.ts'
import { html, type Markup } from './html.ts'
import { said } from './said.ts'
import { scaleOf } from './scale.ts'
import { words } from './words.ts'

/** What share of the call may be unexplained without a word. */
const tolerated = 0.02

/** Requests, waits of layers and nested calls over one axis of time, and what it adds up to. */
export function waterfall(flight: Flight): Markup {
  const times = timetable(flight)
  const rows = times.rows.filter((row) => row.is !== 'work' || row.layer !== '').map(rowOf)
  return html`<section class="waterfall">
    <h3>${said(words.waterfall)}</h3>
    <div class="wide">${chart(words.waterfall, rows, scaleOf(times.total, flight.stalls))}</div>
    ${legend(times)}
  </section>`
}

function rowOf(row: Row): ChartRow {
  const { depth, at: began, stretches } = row
  const at = { depth, at: began, stretches }
  if (row.is === 'trip')
    return { ...at, label: tripLabel(row.trip), tone: row.trip.code === undefined ? 'plain' : 'bad' }
  if (row.is === 'stalls') return { ...at, label: said(words.stalls), tone: 'bad' }
  if (row.is === 'work') return { ...at, label: said(words.work(row.layer)), tone: 'quiet' }
  if (row.is !== 'call') return { ...at, label: html`<b>${row.note.layer}</b> ${said(row.note)}`, tone: 'quiet' }
  const { endpoint, method, url, verdict, failure } = row.flight
  const end = failure?.code ?? verdict
  const label = html`↳ ${endpoint ?? `${method} ${url}`} <b>${end ?? said(words.running)}</b>`
  return { ...at, label, tone: failure === undefined ? 'quiet' : 'bad' }
}

function tripLabel({ attempt, status, code, took, connection, reusedSocket, idle }: FlightTrip): Markup {
  const end = code ?? status ?? (took === undefined ? said(words.running) : '?')
  const kept = idle === undefined ? words.reused : words.kept(duration(idle))
  const socket = said(reusedSocket === true ? kept : words.fresh)
  const vain = (connection?.tries ?? []).filter(({ code }) => code !== undefined)
  const list = vain.map(({ address, code }) => `${address} ${code}`).join(', ')
  return html`<b class="end">#${attempt} ${end}</b>${
      connection === undefined ? html`` : html` <span class="socket">c${connection.id} ${socket}</span>`
    }${list === '' ? html`` : html`<small class="bad">${said(words.tried(list))}</small>`}`
}

function legend({ sums, total, unaccounted }: Timetable): Markup {
  const entries = kinds
    .filter((kind) => sums[kind] > 0)
    .map((kind) => ({ kind: kind as string, text: words.kinds[kind], time: sums[kind] }))
  if (unaccounted > total * tolerated) entries.push({ kind: 'gap', text: words.unaccounted, time: unaccounted })
  return html`<ul class="legend">
    ${entries.map(
      ({ kind, text, time }) =>
        html`<li>
          <svg width="26" height="14" aria-hidden="true">
            <rect class="${kind}" x="1" y="1" width="24" height="12" /></svg
          >${said(text)}
          <b>${milliseconds(time)}</b>
          ms${time / total >= 0.1 ? html` <small>${Math.round((time / total) * 100)} %</small>` : html``}
        </li> `,
    )}
  </ul>`
}

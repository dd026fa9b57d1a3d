import type { Flight } from '../flight.ts'
import { duration } from '../notes.ts'
import { bars } from './bars.ts'
import { html, type Markup } from './html.ts'
import { outcomeOf } from './outcome.ts'
import { said } from './said.ts'
import { scaleOf } from './scale.ts'
import { words } from './words.ts'

/** Where there are several calls: a line each, drawn to one scale, that leads to it. */
export function overview(flights: readonly Flight[]): Markup {
  if (flights.length < 2) return html``
  const scale = { ...scaleOf(flights.reduce((most, { took }) => Math.max(most, took), 0)), ticks: [] }
  return html`<nav class="overview" aria-labelledby="calls">
    <h2 id="calls">${said(words.overview)}</h2>
    <div class="wide">
      <table class="chart">
        <thead>
          <tr>
            <th scope="col">${said(words.call)}</th>
            <th scope="col">${said(words.end)}</th>
            <th scope="col" class="time">${said(words.took)}</th>
            <th scope="col" class="number"></th>
          </tr>
        </thead>
        <tbody>
          ${flights.map((flight, index) => line(flight, index, scale))}
        </tbody>
      </table>
    </div>
  </nav>`
}

function line(flight: Flight, index: number, scale: Parameters<typeof bars>[1]): Markup {
  const { is, mark, name } = outcomeOf(flight)
  const { endpoint, method, url, took } = flight
  return html`<tr class="${is}">
    <th scope="row"><a href="#call-${index + 1}">${endpoint ?? `${method} ${url}`}</a></th>
    <td><b class="end">${mark} ${name}</b></td>
    <td class="time">${bars([{ kind: 'request', from: 0, to: took }], scale)}</td>
    <td class="number">${duration(took)}</td>
  </tr> `
}

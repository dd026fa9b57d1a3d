import type { Flight, FlightTrip } from '../flight.ts'
import { duration } from '../notes.ts'
import { milliseconds } from '../waterfall/milliseconds.ts'
import { fewer } from './fewer.ts'
import { html, type Markup } from './html.ts'
import { said } from './said.ts'
import { words } from './words.ts'

const most = 1000
const phases = ['queue', 'dns', 'tcp', 'tls', 'send', 'wait', 'receive'] as const

/** The waterfall for those who want numbers, and what each reply says of itself. */
export const requests = ({ trips }: Flight): Markup =>
  trips.length === 0
    ? html``
    : html`<details class="requests">
        <summary>${said(words.numbers)}</summary>
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">#</th>
                <th scope="col">${said(words.end)}</th>
                <th scope="col" class="number">${said(words.at)}</th>
                ${phases.map((phase) => html`<th scope="col" class="number">${said(words.kinds[phase])}</th>`)}
                <th scope="col" class="number">ms</th>
                <th scope="col" class="number">${said(words.sent)}</th>
                <th scope="col" class="number">${said(words.received)}</th>
                <th scope="col">${said(words.body)}</th>
              </tr>
            </thead>
            <tbody>
              ${fewer(
                trips,
                most,
                row,
                (count) =>
                  html`<tr>
                    <td colspan="14">${said(words.more(count))}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>`

const row = (trip: FlightTrip) =>
  html`<tr>
    <td>${trip.attempt}</td>
    <th scope="row">
      ${trip.code ?? trip.status ?? said(words.running)}${
        trip.code === undefined ? html`` : html` <small>${said(words.phase)} ${trip.phase}</small>`
      }
    </th>
    <td class="number">${milliseconds(trip.at)}</td>
    ${phases.map(
      (phase) => html`<td class="number">${trip.phases === undefined ? '–' : milliseconds(trip.phases[phase])}</td>`,
    )}
    <td class="number">${trip.took === undefined ? '–' : milliseconds(trip.took)}</td>
    <td class="number">${trip.bytesSent}</td>
    <td class="number">${trip.bytesReceived}</td>
    <td>${reply(trip)}</td>
  </tr> `

function reply({ reply: told }: FlightTrip): Markup {
  if (told === undefined) return html`–`
  const { type, charset, skew, requestId } = told
  return html`${type}${charset === undefined ? '' : `; ${charset}`}${
    skew === undefined || Math.abs(skew) < 2000
      ? html``
      : html` <small>${said(words.skew)} ${skew > 0 ? '+' : '−'}${duration(Math.abs(skew))}</small>`
  }${requestId === undefined ? html`` : html` <code>${requestId}</code>`}`
}

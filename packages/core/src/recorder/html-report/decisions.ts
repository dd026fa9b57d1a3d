import type { Flight, FlightNote } from '../flight.ts'
import { fewer } from './fewer.ts'
import { html, type Markup } from './html.ts'
import { moment } from './moment.ts'
import { said } from './said.ts'
import { words } from './words.ts'

const most = 1000

/** Each with the numbers that made it. */
export const decisions = ({ notes }: Flight): Markup =>
  notes.length === 0
    ? html``
    : html`<section class="decisions">
        <h3>${said(words.decisions)}</h3>
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col" class="number">${said(words.at)}</th>
                <th scope="col">#</th>
                <th scope="col">${said(words.layer)}</th>
                <th scope="col">${said(words.decision)}</th>
                <th scope="col">${said(words.facts)}</th>
              </tr>
            </thead>
            <tbody>
              ${fewer(
                notes,
                most,
                row,
                (count) =>
                  html`<tr>
                    <td colspan="5">${said(words.more(count))}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </section>`

const row = ({ at, attempt, layer, id, facts, ...sentence }: FlightNote) =>
  html`<tr>
    <td class="number">${moment(at)}</td>
    <td>${attempt}</td>
    <th scope="row">${layer}</th>
    <td>${said(sentence)}</td>
    <td class="facts">
      <code>${id}</code>${Object.entries(facts).map(
        ([name, value]) => html` <span class="fact">${name} <b>${shown(value)}</b></span>`,
      )}
    </td>
  </tr> `

const shown = (value: FlightNote['facts'][string]) =>
  typeof value === 'number' ? Math.round(value * 100) / 100 : String(value ?? '?')

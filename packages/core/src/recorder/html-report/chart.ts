import type { Bilingual } from '../../verdict-table.ts'
import { lengthOf, type Stretch } from '../timetable/stretch.ts'
import { milliseconds } from '../waterfall/milliseconds.ts'
import { bars } from './bars.ts'
import { fewer } from './fewer.ts'
import { html, type Markup } from './html.ts'
import { said } from './said.ts'
import type { Scale } from './scale.ts'
import { words } from './words.ts'

export type ChartRow = {
  readonly label: Markup
  readonly depth: number
  /** When it was, for what took no time. */
  readonly at: number
  readonly stretches: readonly Stretch[]
  readonly tone: 'bad' | 'quiet' | 'plain'
}

const most = 400

/** A table whose middle column is drawn: for eyes a picture, for everybody else rows with a name and a number. */
export const chart = (title: Bilingual, rows: readonly ChartRow[], scale: Scale): Markup =>
  html`<table class="chart">
    <caption class="unseen">
      ${said(title)}
    </caption>
    <thead>
      <tr>
        <th scope="col">${said(words.what)}</th>
        <th scope="col" class="time">${axis(scale)}</th>
        <th scope="col" class="number">ms</th>
      </tr>
    </thead>
    <tbody>
      ${fewer(rows, most, (row) => line(row, scale), gap)}
    </tbody>
  </table>`

function line({ label, depth, at, stretches, tone }: ChartRow, scale: Scale): Markup {
  const time = stretches.reduce((sum, stretch) => sum + lengthOf(stretch), 0)
  return html`<tr class="${tone} deep${Math.min(6, Math.max(0, Math.trunc(depth)))}">
    <th scope="row">${label}</th>
    <td class="time">${bars(stretches, scale, at)}</td>
    <td class="number">${stretches.length === 0 ? undefined : milliseconds(time)}</td>
  </tr> `
}

const gap = (count: number) =>
  html`<tr class="quiet">
    <th scope="row" colspan="3">${said(words.more(count))}</th>
  </tr> `

const axis = ({ ticks, place }: Scale) =>
  html`<svg class="axis" width="100%" height="14" aria-hidden="true">
    ${ticks.map(
      ({ at, text }, index) =>
        html`<text x="${place(at)}" y="11" class="${index === 0 ? 'first' : index === ticks.length - 1 ? 'last' : ''}"
          >${text}</text
        >`,
    )}
  </svg>`

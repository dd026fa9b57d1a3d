import { curl } from '../curl.ts'
import type { Flight } from '../flight.ts'
import { duration } from '../notes.ts'
import { connections } from './connections.ts'
import { decisions } from './decisions.ts'
import { fewer } from './fewer.ts'
import { headline } from './headline.ts'
import { html, type Markup } from './html.ts'
import { layers } from './layers.ts'
import { moment } from './moment.ts'
import { outcomeOf } from './outcome.ts'
import { requests } from './requests.ts'
import { said } from './said.ts'
import { waterfall } from './waterfall.ts'
import { words } from './words.ts'

const most = 100

/** @param at its number, `2`, or `2-1` of one that was made on behalf of the second */
export const call = (flight: Flight, at: string, level: 2 | 3 = 2): Markup =>
  html`<article class="call ${outcomeOf(flight).is}" id="call-${at}">
    ${headline(flight, level)} ${waterfall(flight)} ${requests(flight)} ${decisions(flight)} ${layers(flight)}
    ${connections(flight)} ${stalls(flight)} ${nested(flight, at)}
    <details class="curl">
      <summary>${said(words.curl)}</summary>
      <p class="note">${said(words.curlHow)}</p>
      <pre tabindex="0">${curl(flight)}</pre>
    </details>
  </article> `

const stalls = ({ stalls: all }: Flight) =>
  all.length === 0
    ? html``
    : html`<section class="stalls">
        <h3>${said(words.stood)}</h3>
        <p class="note">${said(words.stoodWhy)}</p>
        <ul>
          ${fewer(
            all,
            most,
            ({ at, milliseconds }) => html`<li>${said(words.at)} ${moment(at)}: <b>${duration(milliseconds)}</b></li> `,
            (count) => html`<li>${said(words.more(count))}</li>`,
          )}
        </ul>
      </section>`

const nested = ({ children }: Flight, at: string) =>
  children.length === 0
    ? html``
    : html`<section class="nested">
        <h3>${said(words.nested)}</h3>
        ${fewer(
          children,
          most,
          ({ flight }, index) => child(flight, `${at}-${index + 1}`),
          (count) => html`<p>${said(words.more(count))}</p>`,
        )}
      </section>`

function child(flight: Flight, at: string): Markup {
  const { is, mark, name } = outcomeOf(flight)
  const { endpoint, method, url, took } = flight
  return html`<details class="child">
    <summary class="${is}">
      <b>${mark} ${name}</b> ${endpoint ?? `${method} ${url}`} <small>${duration(took)}</small>
    </summary>
    ${call(flight, at, 3)}
  </details> `
}

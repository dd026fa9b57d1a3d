import type { Flight } from '../flight.ts'
import { duration } from '../notes.ts'
import { definitions } from './definitions.ts'
import { html, type Markup } from './html.ts'
import { outcomeOf } from './outcome.ts'
import { said } from './said.ts'
import { words } from './words.ts'

/** What somebody wants to know who reads no further: why, and what to do. */
export function headline(flight: Flight, level: 2 | 3): Markup {
  const { mark, name, why, fix } = outcomeOf(flight)
  const { endpoint, method, url, verdict, failure } = flight
  const title = level === 2 ? html`<h2>${said(why)}</h2>` : html`<h3 class="title">${said(why)}</h3>`
  return html`<header>
    <p class="badges">
      <span class="badge">${mark} ${name}</span>${
        verdict === undefined || verdict === name ? html`` : html`<span class="tag">${verdict}</span>`
      }${endpoint === undefined ? html`` : html`<span class="tag">${endpoint}</span>`}
    </p>
    ${title}${fix === undefined ? html`` : html`<p class="fix"><b>${said(words.fix)}</b> ${said(fix)}</p>`}
    <p class="address"><b>${method}</b> ${url}</p>
    ${definitions([
      [words.took, took(flight)],
      [words.attempts, html`<b>${flight.attempts}</b> <small>${said(words.ofAttempts(flight.maxAttempts))}</small>`],
      [words.requests, html`<b>${flight.trips.length}</b>`],
      [
        words.began,
        html`<time datetime="${flight.startedAt}">${flight.startedAt.replace('T', ' ').replace('Z', ' UTC')}</time>`,
      ],
      [words.sent, bytes(flight.trips.reduce((sum, { bytesSent }) => sum + bytesSent, 0))],
      [words.received, bytes(flight.trips.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0))],
      [words.vendorCode, failure?.vendorCode],
      [words.requestId, failure?.requestId && html`<code>${failure.requestId}</code>`],
    ])}
  </header>`
}

const took = ({ took: time, deadline }: Flight) =>
  html`<b>${duration(time)}</b
    >${deadline === undefined ? html`` : html` <small>${said(words.ofDeadline(duration(deadline)))}</small>`}`

const bytes = (count: number): string => {
  if (count < 1000) return `${count} B`
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`
}

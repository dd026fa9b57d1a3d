import type { Flight, FlightConnection } from '../flight.ts'
import { duration } from '../notes.ts'
import { certificate, goodAt } from './certificate.ts'
import { definitions } from './definitions.ts'
import { fewer } from './fewer.ts'
import { html, type Markup } from './html.ts'
import { moment } from './moment.ts'
import { said } from './said.ts'
import { words } from './words.ts'

const most = 100

/** Each once, however many requests it carried: what it cost, what TLS came to, which addresses were tried. */
export function connections({ trips, startedAt }: Flight): Markup {
  // of one that was used again, the later look knows more
  const all = new Map(
    trips.flatMap(({ connection }) => (connection === undefined ? [] : [[connection.id, connection]])),
  )
  if (all.size === 0) return html``
  return html`<section class="connections">
    <h3>${said(words.connections)}</h3>
    ${fewer(
      [...all.values()],
      most,
      (one) => card(one, startedAt),
      (count) => html`<p>${said(words.more(count))}</p>`,
    )}
  </section>`
}

function card(connection: FlightConnection, began: string): Markup {
  const { id, address, port, localPort, uses, startedAt, readyAt, tries } = connection
  return html`<div class="connection">
    <h4>${said(words.connection(id))}</h4>
    ${definitions([
      [
        words.remote,
        address &&
          html`<code>${address.includes(':') ? `[${address}]` : address}${port === undefined ? '' : `:${port}`}</code>`,
      ],
      [words.local, localPort],
      [words.uses, uses],
      [words.opened, startedAt < 0 ? said(words.before) : moment(startedAt)],
      [words.ready, readyAt === undefined ? said(words.neverReady) : duration(readyAt - startedAt)],
      ...secured(connection),
    ])}${
      tries.length === 0
        ? html``
        : html`<h5>${said(words.tries)}</h5>
            <ul class="tries">
              ${fewer(tries, most, tried, (count) => html`<li>${said(words.more(count))}</li>`)}
            </ul>`
    }${chain(connection, began)}
  </div> `
}

const tried = ({ address, at, code }: FlightConnection['tries'][number]) =>
  html`<li${code === undefined ? html`` : html` class="bad"`}><code>${address}</code> ${moment(at)} <b>${code ?? said(words.well)}</b></li>\n`

function secured({ secured, tls, handshake }: FlightConnection): Parameters<typeof definitions>[0] {
  if (tls === undefined) return [[words.protocol, said(secured ? words.noFacts : words.plain)]]
  return [
    [words.protocol, tls.protocol],
    [words.cipher, tls.cipher],
    [words.group, tls.group],
    [words.alpn, tls.alpn],
    [words.serverName, tls.serverName],
    [words.resumed, said(tls.resumed ? words.wasResumed : words.wasFull)],
    [words.handshake, handshake && said(words.bytes(handshake.sent, handshake.received))],
  ]
}

function chain({ tls }: FlightConnection, began: string): Markup {
  if (tls === undefined || tls.chain.length === 0) return html``
  const open = tls.chain.some((one) => !goodAt(one, began)) ? html` open` : html``
  return html`<details${open}><summary>${said(words.chain)} <small>${tls.chain[0]!.subject}</small></summary>
    <ol class="chain">${fewer(
      tls.chain,
      most,
      (one) => certificate(one, began),
      (count) => html`<li>${said(words.more(count))}</li>`,
    )}</ol></details>`
}

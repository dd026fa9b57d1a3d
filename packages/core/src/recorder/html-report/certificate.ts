import type { CertificateFacts } from '../tls-facts.ts'
import { definitions } from './definitions.ts'
import { html, type Markup } from './html.ts'
import { said } from './said.ts'
import { words } from './words.ts'

/** @param began when the call did: a certificate is good or not at that time */
export function certificate(one: CertificateFacts, began: string): Markup {
  const { subject, issuer, names, validFrom, validTo, fingerprint256 } = one
  const good = goodAt(one, began)
  const warning = good ? html`` : html` <strong>✗ ${said(words.expired)}</strong>`
  return html`<li class="${good ? '' : 'bad'}">
    <b>${subject}</b>
    ${definitions([
      [words.names, names],
      [words.issuer, issuer === subject ? undefined : issuer],
      [words.valid, html`${validFrom} – ${validTo}${warning}`],
      [words.fingerprint, html`<code>${fingerprint256}</code>`],
    ])}
  </li> `
}

export function goodAt({ validFrom, validTo }: CertificateFacts, began: string): boolean {
  const now = Date.parse(began)
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo)
}

import type { CertificateFacts, TlsFacts } from '../recorder/tls-facts.ts'

const day = 86_400_000

/** Of the certificate of a chain that ends first: whole days left, below zero when it is over. */
export function daysLeft(
  { chain }: TlsFacts,
  now: number,
): { readonly days: number; readonly subject: string } | undefined {
  const [first] = chain.toSorted((one, other) => Date.parse(one.validTo) - Date.parse(other.validTo))
  return first && { days: Math.floor((Date.parse(first.validTo) - now) / day), subject: first.subject }
}

/** The certificate that is not valid yet, if one is. */
export const notYet = ({ chain }: TlsFacts, now: number): CertificateFacts | undefined =>
  chain.find(({ validFrom }) => Date.parse(validFrom) > now)

/** Programs and devices that open TLS on its way, as they name themselves in the certificates they make. */
const interceptors =
  /zscaler|forti(net|gate)|blue ?coat|netskope|palo ?alto|umbrella|check ?point|sophos|kaspersky|\beset\b|avast|bitdefender|mitmproxy|charles proxy|fiddler|portswigger|proxyman|whistle|anyproxy|qihoo|360.*(root|ca\b|safe)|sangfor|深信服|qi-?anxin|奇安信|topsec|天融信|nsfocus|绿盟/i

/** Who opened the connection on its way, by the names in the chain. */
export const interceptor = ({ chain }: TlsFacts): string | undefined =>
  chain.map(({ issuer }) => issuer).find((issuer) => interceptors.test(issuer))

export type Untrusted = 'private-root' | 'missing-intermediate' | 'unknown-authority' | 'other-key'

/**
 * Why a chain leads to nobody who is trusted. Node has one code for both: an authority of one's own, and a link that the
 * server did not send. The names of those who are trusted tell them apart, as far as names can.
 *
 * @param trusted subjects of the authorities that the program trusts
 */
export function untrustedBecause({ chain }: TlsFacts, trusted: readonly string[]): Untrusted {
  const last = chain.at(-1)
  if (last === undefined) return 'unknown-authority'
  if (trusted.includes(last.issuer)) return 'other-key'
  if (last.subject === last.issuer) return 'private-root'
  const organisations = new Set(["let's encrypt", ...trusted.flatMap((name) => organisation(name) ?? [])])
  if (organisations.has(organisation(last.issuer) ?? '')) return 'missing-intermediate'
  // who sends links sends all of them but the root
  return chain.length > 1 ? 'private-root' : 'unknown-authority'
}

const organisation = (name: string): string | undefined => /(?:^|, )O=([^,]+)/.exec(name)?.[1]?.trim().toLowerCase()

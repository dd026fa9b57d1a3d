import tls from 'node:tls'
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

/**
 * Why a chain leads to nobody who is trusted. Node has one code for both: an authority of one's own, and a link that the
 * server did not send. A public server's link is signed by somebody whom this machine knows by organisation.
 */
export function untrustedBecause({ chain }: TlsFacts): 'private-root' | 'missing-intermediate' | 'unknown-authority' {
  const last = chain.at(-1)
  if (last === undefined) return 'unknown-authority'
  if (last.subject === last.issuer) return 'private-root'
  return knownOrganisations().has(organisation(last.issuer)) ? 'missing-intermediate' : 'unknown-authority'
}

const organisation = (name: string): string => /(?:^|, )O=([^,]+)/.exec(name)?.[1]?.trim().toLowerCase() ?? name

let known: ReadonlySet<string> | undefined

function knownOrganisations(): ReadonlySet<string> {
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  // Let's Encrypt signs under roots of another name
  known ??= new Set([
    "let's encrypt",
    ...tls.rootCertificates.flatMap(
      (pem) => /^O=(.+)$/m.exec(new X509Certificate(pem).subject)?.[1]?.toLowerCase() ?? [],
    ),
  ])
  return known
}

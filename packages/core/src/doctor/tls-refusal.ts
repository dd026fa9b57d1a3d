import { daysLeft, interceptor, notYet, untrustedBecause } from './chain-flaws.ts'
import type { Finding } from './findings.ts'
import type { TlsOptions } from '../wire-options.ts'
import { tlsSays as says } from './tls-findings.ts'
import type { TlsProbe, TlsTarget } from './tls-probe.ts'
import { trustedNames } from './trusted-names.ts'

const byCode: Readonly<Record<string, keyof typeof says>> = {
  TLS_NAME: 'name',
  TLS_SELF_SIGNED: 'selfSigned',
  TLS_VERSION: 'version',
  TLS_NOT_SPOKEN: 'notSpoken',
  TLS_CLIENT_CERTIFICATE: 'clientCertificate',
  TLS_WEAK: 'weak',
  TLS_PIN: 'pin',
  CONNECTION_CUT: 'cut',
  ETIMEDOUT: 'silent',
}

const byReason = {
  'private-root': 'privateRoot',
  'missing-intermediate': 'missingIntermediate',
  'unknown-authority': 'unknownAuthority',
  'other-key': 'otherKey',
} as const

/** Chains that are whole, and made wrongly. */
const unfit = /^(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|CERT_CHAIN_TOO_LONG)$/

/**
 * What a handshake that failed has shown, and so why.
 *
 * @param tls what was trusted
 * @param now of the clock that certificates are held against
 */
export function tlsRefusal(
  { code = '', raw = '', facts }: TlsProbe,
  { host, port, proxy }: TlsTarget,
  tls: TlsOptions,
  now: number,
): Finding {
  const [leaf] = facts?.chain ?? []
  const left = facts && daysLeft(facts, now)
  const told = {
    code,
    raw,
    host,
    port,
    // so that the command goes the same way
    by: proxy === undefined ? '' : ` -proxy ${new URL(proxy.origin).host}`,
    subject: leaf?.subject ?? '?',
    issuer: facts?.chain.at(-1)?.issuer ?? '?',
    links: facts?.chain.length,
    names: leaf?.names ?? '?',
    fingerprint: leaf && `SHA-256 ${leaf.fingerprint256.slice(0, 23)}…`,
  }
  if (code.startsWith('PROXY_')) return says.tunnel(told)
  if (code === 'TLS_EXPIRED') {
    const early = facts && notYet(facts, now)
    if (early !== undefined) return says.early({ ...told, subject: early.subject, validFrom: early.validFrom })
    if (left !== undefined && leaf !== undefined && left.subject !== leaf.subject)
      return says.expiredLink({ ...told, subject: left.subject, ago: -left.days - 1 })
    return says.expired({ ...told, subject: left?.subject ?? told.subject, ago: -(left?.days ?? 0) - 1 })
  }
  const issuer = facts && interceptor(facts)
  if (issuer !== undefined && (code === 'TLS_UNTRUSTED' || code === 'TLS_SELF_SIGNED'))
    return says.openedUntrusted({ ...told, issuer })
  if (unfit.test(raw)) return says.unfit(told)
  if (code === 'TLS_UNTRUSTED' && facts !== undefined)
    return says[byReason[untrustedBecause(facts, trustedNames(tls))]](told)
  if (code === 'TLS_FAILED' && raw.includes('HANDSHAKE_FAILURE')) return says.cipher(told)
  return says[byCode[code] ?? 'failed'](told)
}

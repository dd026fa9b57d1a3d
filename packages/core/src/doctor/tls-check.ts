import { daysLeft, interceptor, notYet, untrustedBecause } from './chain-flaws.ts'
import type { Check, Scene } from './check.ts'
import { clientHello } from './client-hello.ts'
import type { Finding } from './findings.ts'
import { portOf } from './port-of.ts'
import { tlsSays as says } from './tls-findings.ts'
import { type TlsProbe, tlsProbe } from './tls-probe.ts'

const soon = 21
const most = 4

/** Handshakes as the transports make them, to each open address, with each version, and with a small ClientHello. */
export const tlsCheck: Check = {
  id: 'tls',
  about: { en: 'versions, certificate chain, ClientHello size', zh: 'TLS 版本、证书链、ClientHello 大小' },
  needs: ['tcp'],
  online: true,
  async run(scene) {
    const { origin, tls, signal } = scene
    const { open = [] } = scene.learned
    if (origin.protocol !== 'https:' || open.length === 0) return [says.plain()]
    const host = origin.hostname.replace(/^\[|\]$/g, '')
    const port = portOf(origin)
    const probes = await Promise.all(open.slice(0, most).map((to) => tlsProbe(to, port, host, tls, signal)))
    const broken = probes.filter(({ code }) => code !== undefined)
    const good = probes.find(({ code }) => code === undefined)
    if (good === undefined) {
      const [first] = broken as [TlsProbe]
      if (first.code !== 'CONNECTION_CUT') return [refused(first, scene)]
      const trial = await clientHello(first.to, port, host, tls, signal)
      return [trial.small > trial.large ? says.helloCut({ ...trial }) : refused(first, scene)]
    }
    const trial = await clientHello(good.to, port, host, tls, signal)
    return [
      await described(good, scene),
      ...ofChain(good, scene),
      trial.large < trial.rounds && trial.small > trial.large ? says.helloCut({ ...trial }) : says.hello({ ...trial }),
      ...broken.map(({ to, code }) => says.uneven({ count: probes.length, address: to.address, code })),
    ]
  },
}

async function described({ to, facts }: TlsProbe, { origin, tls, signal, clock }: Scene): Promise<Finding> {
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  const speaks = async (version: 'TLSv1.2' | 'TLSv1.3') => {
    const only = { ...tls, minVersion: version, maxVersion: version }
    const { code, facts: shown } = await tlsProbe(to, portOf(origin), host, only, signal)
    // a server that wants more than a version, a client certificate say, hangs up for that
    return shown !== undefined ? '✓' : code === 'TLS_VERSION' ? '✗' : '?'
  }
  const [old, young] = await Promise.all([speaks('TLSv1.2'), speaks('TLSv1.3')])
  return says.good({
    protocol: facts?.protocol?.replace('v', ' '),
    cipher: facts?.cipher,
    links: facts?.chain.length,
    days: facts && daysLeft(facts, clock.date())?.days,
    old,
    new: young,
    chain: facts?.chain.map(({ subject }) => subject).join(' ← '),
  })
}

function ofChain({ facts }: TlsProbe, { clock, origin: { hostname: host } }: Scene): Finding[] {
  if (facts === undefined) return []
  const left = daysLeft(facts, clock.date())
  const issuer = interceptor(facts)
  return [
    ...(left !== undefined && left.days < soon ? [says.soon(left)] : []),
    ...(issuer === undefined ? [] : [says.opened({ issuer, host })]),
  ]
}

const byCode: Readonly<Record<string, keyof typeof says>> = {
  TLS_NAME: 'name',
  TLS_SELF_SIGNED: 'selfSigned',
  TLS_VERSION: 'version',
  TLS_NOT_SPOKEN: 'notSpoken',
  TLS_CLIENT_CERTIFICATE: 'clientCertificate',
  CONNECTION_CUT: 'cut',
}

const byReason = {
  'private-root': 'privateRoot',
  'missing-intermediate': 'missingIntermediate',
  'unknown-authority': 'unknownAuthority',
} as const

/** What a handshake that failed has shown, and so why. */
function refused({ code = '', raw, facts }: TlsProbe, { origin, clock }: Scene): Finding {
  const now = clock.date()
  const [leaf] = facts?.chain ?? []
  const left = facts && daysLeft(facts, now)
  const told = {
    code,
    raw,
    host: origin.hostname,
    port: portOf(origin),
    subject: leaf?.subject ?? '?',
    issuer: facts?.chain.at(-1)?.issuer ?? '?',
    links: facts?.chain.length,
    names: leaf?.names ?? '?',
    fingerprint: leaf && `SHA-256 ${leaf.fingerprint256.slice(0, 23)}…`,
  }
  if (code === 'TLS_EXPIRED') {
    const early = facts && notYet(facts, now)
    if (early !== undefined) return says.early({ ...told, subject: early.subject, validFrom: early.validFrom })
    return says.expired({ ...told, subject: left?.subject ?? told.subject, ago: -(left?.days ?? 0) - 1 })
  }
  const issuer = facts && interceptor(facts)
  if (issuer !== undefined && (code === 'TLS_UNTRUSTED' || code === 'TLS_SELF_SIGNED'))
    return says.openedUntrusted({ ...told, issuer })
  if (code === 'TLS_UNTRUSTED' && facts !== undefined) return says[byReason[untrustedBecause(facts)]](told)
  if (code === 'TLS_FAILED' && raw?.includes('HANDSHAKE_FAILURE')) return says.cipher(told)
  return says[byCode[code] ?? 'failed'](told)
}

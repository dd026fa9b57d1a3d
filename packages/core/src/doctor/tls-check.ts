import { daysLeft, interceptor } from './chain-flaws.ts'
import type { Check, Scene } from './check.ts'
import { clientHello } from './client-hello.ts'
import type { Finding } from './findings.ts'
import { portOf } from './port-of.ts'
import { tlsSays as says } from './tls-findings.ts'
import { type TlsProbe, tlsProbe, type TlsTarget } from './tls-probe.ts'
import { tlsRefusal } from './tls-refusal.ts'
import { within } from './within.ts'

const soon = 21
const most = 4

/** Milliseconds a handshake may take: what has hung so long is tried once more with a small ClientHello. */
const patience = 2500

/** Handshakes as the transports make them, to each open address, with each version, and with a small ClientHello. */
export const tlsCheck: Check = {
  id: 'tls',
  about: { en: 'versions, certificate chain, ClientHello size', zh: 'TLS 版本、证书链、ClientHello 大小' },
  needs: ['tcp'],
  online: true,
  async run(scene) {
    const {
      origin,
      wire: { tls = {}, proxy },
      signal,
      clock,
    } = scene
    const { open = [] } = scene.learned
    if (origin.protocol !== 'https:' || open.length === 0) return [says.plain()]
    const target = { host: origin.hostname.replace(/^\[|\]$/g, ''), port: portOf(origin), proxy }
    // which address of its own a proxy is reached at, the transport finds out
    const ends = open.slice(0, proxy === undefined ? most : 1)
    using limit = within(clock, patience, signal)
    const probes = await Promise.all(ends.map((to) => tlsProbe(to, target, tls, limit.signal)))
    const broken = probes.filter(({ code }) => code !== undefined)
    const good = probes.find(({ code }) => code === undefined)
    if (good === undefined) {
      const [first] = broken as [TlsProbe]
      const why = tlsRefusal(first, target, tls, clock.date())
      if (first.code !== 'CONNECTION_CUT' && first.code !== 'ETIMEDOUT') return [why]
      using rest = within(clock, patience - 1000, signal)
      const trial = await clientHello(first.to, target, tls, rest.signal)
      return [trial.small > trial.large ? says.helloCut({ ...trial }) : why]
    }
    const trial = await clientHello(good.to, target, tls, signal)
    return [
      await described(good, target, scene),
      ...ofChain(good, scene),
      trial.large < trial.rounds && trial.small > trial.large ? says.helloCut({ ...trial }) : says.hello({ ...trial }),
      ...broken.map(({ to, code }) => says.uneven({ count: probes.length, address: to.address, code })),
    ]
  },
}

async function described(
  { to, facts }: TlsProbe,
  target: TlsTarget,
  { wire: { tls }, signal, clock }: Scene,
): Promise<Finding> {
  const speaks = async (version: 'TLSv1.2' | 'TLSv1.3') => {
    const only = { ...tls, minVersion: version, maxVersion: version }
    const { code, facts: shown } = await tlsProbe(to, target, only, signal)
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

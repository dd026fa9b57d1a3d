import { once } from 'node:events'
import { isIP } from 'node:net'
import { addressKind } from './address-kind.ts'
import type { Check, Learned, Scene } from './check.ts'
import { dnsSays as says } from './dns-findings.ts'
import type { Finding } from './findings.ts'
import { firstHop } from './first-hop.ts'
import type { NetworkAddress } from './host-names.ts'
import { hostsLine } from './hosts-line.ts'
import { within } from './within.ts'

/** Milliseconds, less than a check has: what the name servers said is told then. */
const patience = 3500

/** What the name leads to, by the hosts file and by the name servers. */
export const dnsCheck: Check = {
  id: 'dns',
  about: { en: 'addresses of the host, hosts file against name servers', zh: '域名解析：hosts 文件与 DNS 服务器对照' },
  needs: [],
  online: true,
  async run(scene) {
    const { origin, wire } = scene
    const host = firstHop(scene).hostname.replace(/^\[|\]$/g, '')
    const { findings: found, learned } = await looked(host, scene)
    if (wire.proxy === undefined) return { findings: found, learned }
    return { findings: [says.byProxy({ host: origin.hostname, proxy: wire.proxy.origin }), ...found], learned }
  },
}

async function looked(host: string, scene: Scene): Promise<{ findings: readonly Finding[]; learned: Learned }> {
  const given = scene.wire.proxy === undefined ? scene.wire.addresses?.of(host) : undefined
  const fixed = isIP(host) === 0 ? given : [host]
  if (fixed === undefined) return named(host, scene)
  const addresses = fixed.map((address) => ({ address, family: isIP(address) }))
  return {
    findings: [isIP(host) === 0 ? says.given({ host, addresses: fixed.join(', ') }) : says.literal({ host })],
    learned: { addresses },
  }
}

async function named(host: string, scene: Scene): Promise<{ findings: readonly Finding[]; learned: Learned }> {
  const { names } = scene
  const [found, resolved, pin] = await Promise.all([
    systemAnswer(host, scene),
    names.resolve(host).catch(codeOf),
    hostsLine(names.hostsFile, host),
  ])
  if (typeof found === 'string') return { findings: [unknown(host, found, resolved)], learned: {} }
  const addresses = found.map(({ address }) => address)
  const others = typeof resolved === 'string' ? [] : resolved
  return {
    findings: [
      says.found({ host, addresses: addresses.join(', '), ...source(addresses, resolved, pin !== undefined) }),
      ...suspicious(host, names.hostsFile, found),
      ...(pin !== undefined && !isOwn(host) && !others.includes(pin.address)
        ? [says.pinned({ ...pin, file: names.hostsFile, host, others: others.join(', ') || String(resolved) })]
        : []),
    ],
    learned: { addresses: found },
  }
}

const codeOf = ({ code = 'unknown' }: NodeJS.ErrnoException): string => code

/** The system asks servers that are silent for longer than anybody waits. */
async function systemAnswer(
  host: string,
  { names, clock, signal }: Scene,
): Promise<readonly NetworkAddress[] | string> {
  using limit = within(clock, patience, signal)
  const late = once(limit.signal, 'abort').then(() => 'ETIMEDOUT')
  return await Promise.race([names.lookup(host).catch(codeOf), late])
}

/** The system has one code for many causes; the name servers themselves say more. */
function unknown(host: string, code: string, resolved: readonly string[] | string): Finding {
  if (typeof resolved !== 'string') return says.systemFails({ host, code, others: resolved.join(', ') })
  if (code === 'ENOTFOUND') return (resolved === 'ENODATA' ? says.noAddress : says.missing)({ host, code })
  if (resolved === 'ESERVFAIL') return says.serverFails({ host })
  return (resolved === 'EREFUSED' ? says.serverRefuses : says.serversDown)({ host, code })
}

function source(addresses: readonly string[], resolved: readonly string[] | string, pinned: boolean) {
  if (pinned) return { servers: 'by the hosts file', serversZh: '来自 hosts 文件' }
  if (typeof resolved !== 'string' && resolved.some((one) => addresses.includes(one)))
    return { servers: 'by the name servers', serversZh: '来自 DNS 服务器' }
  const told = [resolved].flat().join(', ')
  return {
    servers: `by the system; name servers asked directly: ${told}`,
    serversZh: `来自系统；直接询问 DNS：${told}`,
  }
}

function suspicious(host: string, file: string, addresses: readonly NetworkAddress[]): Finding[] {
  return addresses.flatMap(({ address }) => {
    const kind = addressKind(address)
    if (kind === 'true' || (kind === 'sink' && isOwn(host))) return []
    return [says[kind]({ host, address, file })]
  })
}

const isOwn = (host: string) => host === 'localhost' || host.endsWith('.localhost')

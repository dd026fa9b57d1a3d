import { isIP } from 'node:net'
import { addressKind } from './address-kind.ts'
import type { Check, Learned, Scene } from './check.ts'
import { firstHop } from './first-hop.ts'
import { type Finding, findings } from './findings.ts'
import type { NetworkAddress } from './host-names.ts'
import { hostsLine } from './hosts-line.ts'

const says = findings('dns', {
  literal: ['ok', ['{host} is an address: nothing to look up', '{host} 本身是地址：无需解析']],
  given: [
    'ok',
    [
      '{host} → {addresses} (by hosts() in the stack; DNS is not asked)',
      '{host} → {addresses}（由栈中的 hosts() 指定，不查询 DNS）',
    ],
  ],
  byProxy: ['ok', ['{host} is for the proxy to look up, {proxy}', '{host} 由代理 {proxy} 解析']],
  found: ['ok', ['{host} → {addresses} ({servers})', '{host} → {addresses}（{serversZh}）']],
  missing: [
    'fail',
    ['no address is known for {host} ({code})', '找不到 {host} 的地址（{code}）'],
    ['Look for a slip in the name; then: nslookup {host}', '检查域名拼写；然后执行：nslookup {host}'],
  ],
  serversDown: [
    'fail',
    [
      'the name servers of this machine do not answer ({code}): nothing is known of {host}',
      '本机的 DNS 服务器没有应答（{code}）：无法解析 {host}',
    ],
    [
      'Check the network connection and /etc/resolv.conf; behind a proxy that resolves names, put proxyFromEnv() into the stack.',
      '检查网络连接与 /etc/resolv.conf；若由代理解析域名，请在栈中加入 proxyFromEnv()。',
    ],
  ],
  pinned: [
    'warn',
    [
      'line {line} of {file} pins {host} to {address}, and DNS says {others}: a pin that grows old',
      '{file} 第 {line} 行将 {host} 固定为 {address}，而 DNS 给出 {others}：该固定地址可能已失效',
    ],
    ['Take the line out: sed -i "{line}d" {file}', '删除该行：sed -i "{line}d" {file}'],
  ],
  fake: [
    'warn',
    [
      '{host} leads to {address}, of a range that proxy programs hand out in place of true addresses (fake-ip)',
      '{host} 解析到 {address}，属于代理软件的 fake-ip 网段，并非真实地址',
    ],
    [
      'If calls hang or break, exempt {host} in the proxy program (fake-ip-filter), or end it.',
      '若请求卡住或中断，请在代理软件中排除 {host}（fake-ip-filter），或关闭它。',
    ],
  ],
  sink: [
    'warn',
    [
      '{host} leads to {address}, which is this machine itself: a blocker or a hosts file at work',
      '{host} 解析到 {address}，即本机：可能被广告拦截或 hosts 文件改写',
    ],
    [
      'grep -n {host} {file}; then look at what blocks names in the network',
      'grep -n {host} {file}；并检查网络中的域名拦截',
    ],
  ],
})

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

async function named(host: string, { names }: Scene): Promise<{ findings: readonly Finding[]; learned: Learned }> {
  const [looked, resolved, pin] = await Promise.all([
    names.lookup(host).catch(({ code = 'unknown' }: NodeJS.ErrnoException) => code),
    names.resolve(host).catch(({ code = 'unknown' }: NodeJS.ErrnoException) => code),
    hostsLine(names.hostsFile, host),
  ])
  if (typeof looked === 'string')
    return {
      findings: [(looked === 'ENOTFOUND' ? says.missing : says.serversDown)({ host, code: looked })],
      learned: {},
    }
  const addresses = looked.map(({ address }) => address)
  const others = typeof resolved === 'string' ? [] : resolved
  return {
    findings: [
      says.found({ host, addresses: addresses.join(', '), ...source(resolved, pin !== undefined) }),
      ...suspicious(host, names.hostsFile, looked),
      ...(pin !== undefined && !isOwn(host) && !others.includes(pin.address)
        ? [says.pinned({ ...pin, file: names.hostsFile, host, others: others.join(', ') || String(resolved) })]
        : []),
    ],
    learned: { addresses: looked },
  }
}

function source(resolved: readonly string[] | string, pinned: boolean) {
  if (pinned) return { servers: 'by the hosts file', serversZh: '来自 hosts 文件' }
  if (typeof resolved !== 'string') return { servers: 'by the name servers', serversZh: '来自 DNS 服务器' }
  return {
    servers: `by the system; name servers asked directly: ${resolved}`,
    serversZh: `来自系统；直接询问 DNS：${resolved}`,
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

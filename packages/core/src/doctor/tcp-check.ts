import type { Check, Scene } from './check.ts'
import { firstHop } from './first-hop.ts'
import { type Finding, findings } from './findings.ts'
import type { NetworkAddress } from './host-names.ts'
import { portOf } from './port-of.ts'
import { tcpProbe } from './tcp-probe.ts'

const says = findings('tcp', {
  open: [
    'ok',
    [
      'port {port} is open on {open} of {count} addresses, round trip {rtt:ms}',
      '{count} 个地址中 {open} 个开放端口 {port}，往返 {rtt:ms}',
    ],
  ],
  closed: [
    'warn',
    ['{address} ({family}) is not reached: {code}', '{address}（{family}）不可达：{code}'],
    ['{remedy}', '{remedyZh}'],
  ],
  refused: [
    'fail',
    ['nobody listens on port {port} of {addresses} ({code})', '{addresses} 的端口 {port} 无人监听（{code}）'],
    ['Start the server, or correct the port of the origin.', '启动服务器，或修正 origin 中的端口。'],
  ],
  unreached: [
    'fail',
    ['port {port} of {addresses} is not reached ({code})', '{addresses} 的端口 {port} 不可达（{code}）'],
    [
      'Look for a firewall in between, and at the route: nc -vz {host} {port}',
      '检查中间的防火墙与路由：nc -vz {host} {port}',
    ],
  ],
  onlyProxy: [
    'fail',
    [
      'port {port} of {addresses} is not reached ({code}), and {variable} names a proxy: the way out may lead through it alone',
      '{addresses} 的端口 {port} 不可达（{code}），而 {variable} 设置了代理：可能只能经由代理访问外网',
    ],
    ['Put proxyFromEnv() into the stack.', '在栈中加入 proxyFromEnv()。'],
  ],
})

const tries = 3

/** Each address by itself: a client that tries one after the other hides which of them are dead. */
export const tcpCheck: Check = {
  id: 'tcp',
  about: { en: 'a connection to each address, IPv4 and IPv6', zh: '逐个连接每个地址（IPv4 与 IPv6）' },
  needs: ['dns'],
  online: true,
  async run(scene) {
    const { addresses = [] } = scene.learned
    const port = portOf(firstHop(scene))
    const probed = await Promise.all(addresses.map(async (to) => ({ to, ...(await best(to, port, scene)) })))
    const open = probed.filter((one) => 'took' in one)
    const dead = probed.filter((one) => 'code' in one)
    if (open.length === 0) return [none(dead, port, scene)]
    const rtt = Math.min(...open.map(({ took }) => took))
    return {
      findings: [
        says.open({ port, open: open.length, count: probed.length, rtt }),
        ...dead.map(({ to, code }) => says.closed({ ...remedy(to), address: to.address, code })),
      ],
      learned: { open: open.map(({ to }) => to) },
    }
  },
}

/** The shortest of three; of an address that is dead, one is enough. */
async function best(to: NetworkAddress, port: number, { clock, signal }: Scene) {
  let shortest = Infinity
  for (let made = 0; made < tries; made++) {
    const probe = await tcpProbe(to, port, clock, 3500, signal)
    if ('code' in probe) return made === 0 ? probe : { took: shortest }
    shortest = Math.min(shortest, probe.took)
  }
  return { took: shortest }
}

function none(
  dead: readonly { readonly to: NetworkAddress; readonly code: string }[],
  port: number,
  scene: Scene,
): Finding {
  const { proxyVariable } = scene.learned
  const codes = [...new Set(dead.map(({ code }) => code))]
  const facts = {
    port,
    host: firstHop(scene).hostname,
    addresses: dead.map(({ to }) => to.address).join(', '),
    code: codes.join(', '),
  }
  if (proxyVariable !== undefined && scene.wire.proxy === undefined)
    return says.onlyProxy({ ...facts, variable: proxyVariable })
  return codes.every((code) => code === 'ECONNREFUSED') ? says.refused(facts) : says.unreached(facts)
}

function remedy({ family }: NetworkAddress) {
  return family === 6
    ? {
        family: 'IPv6',
        remedy:
          'This machine has no way out by IPv6, or the server none in: use IPv4 first, NODE_OPTIONS=--dns-result-order=ipv4first',
        remedyZh: '本机没有 IPv6 出口，或服务器未开放 IPv6：优先使用 IPv4，NODE_OPTIONS=--dns-result-order=ipv4first',
      }
    : {
        family: 'IPv4',
        remedy: 'One of several servers is down: tell who runs it.',
        remedyZh: '多台服务器之一已停止：请通知其运营方。',
      }
}

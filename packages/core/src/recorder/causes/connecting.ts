/** The way to the server: its name, its address, a proxy. */
import { byCode, type Cause, cause } from './cause.ts'
import type { Evidence } from './evidence.ts'

export const connectingCauses: readonly Cause[] = [
  cause(
    'proxy-auth',
    byCode('PROXY_AUTH'),
    ['The proxy wants a credential: it answered 407.', '代理要求认证：返回 407。'],
    ['Give proxy(url, { user, password }), or correct them.', '设置或更正 proxy(url, { user, password })。'],
  ),
  cause(
    'proxy-from-environment',
    ({ code, note }) => {
      const variable = note('proxyFromEnv.through')?.facts['variable']
      return code.startsWith('PROXY_') && variable !== undefined ? { variable } : undefined
    },
    [
      'The server was not asked: the environment variable {variable} sends the call to a proxy, and that proxy makes no way.',
      '未到达服务器：环境变量 {variable} 将调用引向代理，而该代理不可用。',
    ],
    [
      'Unset {variable}, list the host in NO_PROXY, or put direct() in place of proxyFromEnv().',
      '取消 {variable}，将主机加入 NO_PROXY，或用 direct() 代替 proxyFromEnv()。',
    ],
  ),
  cause(
    'proxy-ignored',
    ({ code, note }) => {
      const variables = note('direct.ignored')?.facts['variables']
      return unreached.has(code) && variables !== undefined ? { variables } : undefined
    },
    [
      '{variables} is set, but this client goes straight to the server by direct(), and does not reach it.',
      '已设置 {variables}，但本客户端因 direct() 直连服务器，且无法到达。',
    ],
    ['Put proxyFromEnv() in place of direct().', '用 proxyFromEnv() 代替 direct()。'],
  ),
  cause(
    'proxy-unreachable',
    byCode('PROXY_UNREACHABLE'),
    ['The server was not asked: the proxy cannot be reached.', '未到达服务器：无法连接代理。'],
    ['Check the address of proxy(url), and that the proxy runs.', '检查 proxy(url) 的地址，并确认代理已启动。'],
  ),
  cause(
    'pinned-address',
    pinned,
    [
      'The name is pinned to {address}, whatever DNS says, and the server is not there ({code}).',
      '域名被固定到 {address}（不查询 DNS），但服务器不在该地址（{code}）。',
    ],
    [
      'Drop the pin of hosts(), or pin the address that DNS gives now.',
      '去掉 hosts() 的固定地址，或改为 DNS 当前给出的地址。',
    ],
  ),
  cause(
    'name-not-found',
    ({ code, host }) =>
      code === 'DNS_NOT_FOUND' || (code === 'DNS_TIMEOUT' && neverGiven.test(host)) ? { host } : undefined,
    ['The name {host} has no address in DNS.', '域名 {host} 在 DNS 中没有地址。'],
    [
      'Correct the host name in origin; if it is right, check the DNS of this machine.',
      '更正 origin 中的主机名；若无误，请检查本机 DNS。',
    ],
  ),
  cause(
    'name-unanswered',
    ({ code, phase, timedOut, host }) =>
      code === 'DNS_TIMEOUT' || (timedOut && phase === 'dns') ? { host } : undefined,
    ['The name server did not answer for {host}.', 'DNS 服务器未应答 {host} 的查询。'],
    [
      'Check the resolver of this machine; hosts({ cache: true }) keeps what it said before.',
      '检查本机 DNS 服务器；hosts({ cache: true }) 可沿用先前结果。',
    ],
  ),
  cause(
    'connection-refused',
    ({ code, trip, flight: { url } }) => {
      const { host, hostname, protocol, port } = new URL(url)
      const at = `${trip?.connection?.tries.at(-1)?.address ?? hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
      return code === 'CONNECTION_REFUSED' ? { at, host } : undefined
    },
    ['Nobody listens where {host} is to be: {at} refused the connection.', '{host} 的端口无人监听：{at} 拒绝连接。'],
    ['Start the server, or correct the port in origin.', '启动服务器，或更正 origin 中的端口。'],
  ),
  cause(
    'black-hole',
    ({ timedOut, phase, trip, spent }) => {
      if (!timedOut || phase !== 'connect' || trip?.connection?.handshake !== undefined) return undefined
      return { spent, address: trip?.connection?.tries.at(-1)?.address ?? '?' }
    },
    [
      'Packets to {address} vanish: it neither accepted nor refused the connection within {spent:ms}.',
      '发往 {address} 的数据包无回应：{spent:ms} 内既未接受也未拒绝连接。',
    ],
    [
      'Check address, firewall and route, and that the server still accepts connections (its backlog may be full).',
      '检查地址、防火墙与路由，并确认服务器仍在接受连接（其 backlog 可能已满）。',
    ],
  ),
]

const unreached = new Set(['DNS_NOT_FOUND', 'DNS_TIMEOUT', 'CONNECTION_REFUSED', 'CONNECT_TIMEOUT', 'HOST_UNREACHABLE'])

/** RFC 6761 and 2606: nobody will ever have them. */
const neverGiven = /\.(invalid|test|example)$/

function pinned({ code, note }: Evidence) {
  const address = note('hosts.pinned')?.facts['address']
  return address !== undefined && (unreached.has(code) || code === 'TLS_NAME') ? { address, code } : undefined
}

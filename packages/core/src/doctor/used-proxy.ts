import { tlsFault } from '../transports/tls-fault.ts'
import type { ProxyOptions } from '../wire-options.ts'
import { askProxy } from './ask-proxy.ts'
import type { Scene } from './check.ts'
import type { Finding } from './findings.ts'
import { portOf } from './port-of.ts'
import { proxySays as says } from './proxy-findings.ts'
import { proxyVariable } from './proxy-variable.ts'
import { tlsProbe } from './tls-probe.ts'
import { tlsRefusal } from './tls-refusal.ts'

/** Speaks to the proxy that calls go through: its credential, its will, its own TLS. */
export async function usedProxy(proxy: ProxyOptions, scene: Scene): Promise<Finding> {
  const { origin, clock, signal } = scene
  const at = new URL(proxy.origin)
  const variable = variableOf(proxy, scene)
  const told = {
    proxy: proxy.origin,
    proxyHost: at.hostname,
    proxyPort: portOf(at),
    host: origin.hostname,
    port: portOf(origin),
    source: variable ?? 'the stack',
    sourceZh: variable === undefined ? '栈' : ` ${variable} `,
  }
  const answer = await askProxy(proxy, origin, clock, signal)
  if ('code' in answer) {
    const { code, message } = answer
    return tlsFault(code, message) === undefined ? says.unreached({ ...told, code }) : insecure(proxy, scene)
  }
  const { status } = answer
  if (status === 407) return says.wants({ ...told, ...wanted(proxy), ...credential(at, variable) })
  if (origin.protocol === 'http:') return says.handed(told)
  return status < 200 || status > 299 ? says.refuses({ ...told, status }) : says.through(told)
}

/** The variable that names it, where one does. */
function variableOf({ origin: address }: ProxyOptions, { origin, env }: Scene): string | undefined {
  const found = proxyVariable(origin, env)
  return found?.url?.origin === address && !found.excepted ? found.variable : undefined
}

const wanted = ({ authorization }: ProxyOptions) =>
  authorization === undefined
    ? { given: 'wants a user and a password', givenZh: '需要用户名与密码' }
    : { given: 'does not take the password it was given', givenZh: '不接受所给的密码' }

function credential({ protocol, host }: URL, variable: string | undefined) {
  const url = `${protocol}//USER:PASSWORD@${host}`
  return variable === undefined
    ? {
        cure: `Give proxy('${protocol}//${host}', { user, password }); to this command HTTPS_PROXY='${url}' and --proxy env`,
        cureZh: `设置 proxy('${protocol}//${host}', { user, password })；本命令则用 HTTPS_PROXY='${url}' 与 --proxy env`,
      }
    : {
        cure: `${variable}='${url}' (percent-encode what is special)`,
        cureZh: `${variable}='${url}'（特殊字符用百分号编码）`,
      }
}

/** What the handshake with the proxy itself shows. */
async function insecure(proxy: ProxyOptions, { clock, signal }: Scene): Promise<Finding> {
  const { hostname, protocol, host } = new URL(proxy.origin)
  const target = { host: hostname.replace(/^\[|\]$/g, ''), port: portOf(new URL(proxy.origin)) }
  const probe = await tlsProbe({ address: target.host, family: 0 }, target, proxy.tls ?? {}, signal)
  const { en, zh, id } = tlsRefusal(probe, target, proxy.tls ?? {}, clock.date())
  const cures: Readonly<Record<string, readonly [string, string]>> = {
    'tls.notSpoken': [`It speaks plain http: write http://${host}`, `它使用明文 http：请写 http://${host}`],
    'tls.name': [
      'Name the proxy as its certificate does, or give proxy(url, { tls: { serverName } })',
      '使用代理证书中的主机名，或设置 proxy(url, { tls: { serverName } })',
    ],
    'tls.expired': ['Have the certificate of the proxy renewed.', '请更新代理的证书。'],
  }
  const [fix, fixZh] = cures[id] ?? [
    'Trust its authority: NODE_EXTRA_CA_CERTS=ca.pem, or proxy(url, { tls: { ca } })',
    '信任其 CA：NODE_EXTRA_CA_CERTS=ca.pem，或 proxy(url, { tls: { ca } })',
  ]
  return says.insecure({ proxy: `${protocol}//${host}`, en, zh, fix, fixZh, because: id })
}

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { checkIdentity, secureContext } from '../transports/trust.ts'
import type { ProxyOptions } from '../wire-options.ts'
import { portOf } from './port-of.ts'
import { within } from './within.ts'

export type ProxyAnswer = { readonly status: number } | { readonly code: string; readonly message: string }

/** Milliseconds a proxy has to answer. */
const proxyPatience = 3500

/** Asks a proxy for a way to the origin, a tunnel for https, and ends it: what it answered, or why nothing came. */
export async function askProxy(
  { origin: address, authorization, tls = {} }: ProxyOptions,
  origin: URL,
  clock: Clock,
  signal: AbortSignal,
): Promise<ProxyAnswer> {
  const proxy = new URL(address)
  // an ES import of these modules reads all their names, and one of them loads Node's own undici
  const secure = proxy.protocol === 'https:'
  const { request, Agent } = process.getBuiltinModule(secure ? 'node:https' : 'node:http')
  const to = `${origin.hostname}:${portOf(origin)}`
  const tunnels = origin.protocol === 'https:'
  using limit = within(clock, proxyPatience, signal)
  const asking = request({
    method: tunnels ? 'CONNECT' : 'HEAD',
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(proxy),
    // many a proxy tunnels to port 443 alone, and is handed what is http
    path: tunnels ? to : origin.origin + origin.pathname,
    headers: {
      host: tunnels ? to : origin.host,
      ...(authorization && { 'proxy-authorization': authorization.reveal() }),
    },
    // its own: the global one may follow the very variable that is looked at
    agent: new Agent(),
    ...(secure && {
      rejectUnauthorized: true,
      secureContext: secureContext(tls),
      checkServerIdentity: checkIdentity(tls),
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
    }),
  })
  const answered = new Promise<ProxyAnswer>((resolve) => {
    const heard = ({ statusCode = 0 }: IncomingMessage) => resolve({ status: statusCode })
    asking.once('response', heard).once('connect', (reply, _, early) => {
      // as the transports have it: what comes before anything was asked for is not the server's
      if (early.length > 0) resolve({ code: 'PROXY_REFUSED', message: '' })
      else heard(reply)
    })
    asking.on('error', ({ code = 'unknown', message }: NodeJS.ErrnoException) => resolve({ code, message }))
    asking.end()
  })
  const late = once(limit.signal, 'abort').then(() => ({ code: 'ETIMEDOUT', message: '' }))
  try {
    return await Promise.race([answered, late])
  } finally {
    asking.on('error', () => {}).destroy()
  }
}

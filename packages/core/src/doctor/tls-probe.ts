import net from 'node:net'
import tls from 'node:tls'
import { Dialer } from '../transports/dialer.ts'
import { Connection, type HandshakeBytes } from '../recorder/connection.ts'
import type { TlsFacts } from '../recorder/tls-facts.ts'
import { tlsFault } from '../transports/tls-fault.ts'
import { checkIdentity, secureContext } from '../transports/trust.ts'
import type { ProxyOptions, TlsOptions, WireOptions } from '../wire-options.ts'
import type { NetworkAddress } from './host-names.ts'

/** Whom to shake hands with. */
export type TlsTarget = {
  readonly host: string
  readonly port: number
  /** Between here and there. */
  readonly proxy?: ProxyOptions | undefined
}

export type TlsProbe = {
  readonly to: NetworkAddress
  /** The code of what went wrong, `TLS_EXPIRED`; undefined when all is well. */
  readonly code: string | undefined
  /** Node's own, or OpenSSL's words where Node has none. */
  readonly raw: string | undefined
  /** What the handshake showed, a refused certificate too. */
  readonly facts: TlsFacts | undefined
  readonly bytes: HandshakeBytes | undefined
}

/** Shakes hands as the transports do, verification included, and hangs up: nothing is sent over the connection. */
export function tlsProbe(
  to: NetworkAddress,
  target: TlsTarget,
  options: TlsOptions,
  signal: AbortSignal,
): Promise<TlsProbe> {
  const { host, port, proxy } = target
  if (proxy !== undefined) return through(to, target, { tls: options, proxy }, signal)
  const connection = new Connection()
  const socket = tls.connect({
    host: to.address,
    port,
    servername: options.serverName ?? (net.isIP(host) === 0 ? host : ''),
    secureContext: secureContext(options),
    ALPNProtocols: ['http/1.1'],
    // said here, or NODE_TLS_REJECT_UNAUTHORIZED decides
    rejectUnauthorized: true,
    checkServerIdentity: checkIdentity(options),
  })
  return new Promise((resolve) => {
    const end = (fault?: Coded) => {
      signal.removeEventListener('abort', cut)
      if (fault === undefined) connection.ready()
      else connection.ended()
      socket.destroy()
      resolve(probed(to, connection, fault))
    }
    const cut = () => end(overdue)
    signal.addEventListener('abort', cut)
    if (signal.aborted) return cut()
    socket.once('connect', () => connection.opened(socket))
    // before Node looks at the certificate: one that it does not trust is what one wants to see, and gone a moment later
    socket.prependOnceListener('secure', () => connection.shown(socket))
    socket.once('secureConnect', () => end())
    socket.on('error', end)
    socket.once('close', () => end(cutOff))
    return undefined
  })
}

/** The transports' own way through a proxy. */
function through(
  to: NetworkAddress,
  { host, port }: TlsTarget,
  wire: WireOptions,
  signal: AbortSignal,
): Promise<TlsProbe> {
  const name = net.isIPv6(host) ? `[${host}]` : host
  const dial = new Dialer(`https://${name}:${port}`, wire, 0, ['http/1.1']).dial()
  return new Promise((resolve) => {
    const cut = () => dial.fail(overdue)
    const end = (fault?: Coded) => {
      signal.removeEventListener('abort', cut)
      dial.socket.destroy()
      resolve(probed(to, dial.connection, fault))
    }
    signal.addEventListener('abort', cut)
    dial.whenReady(() => end())
    dial.whenLost(end)
    if (signal.aborted) cut()
  })
}

type Coded = { readonly code?: string; readonly message: string }

const overdue = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })
const cutOff = Object.assign(new Error('closed'), { code: 'ECONNRESET' })

function probed(to: NetworkAddress, { tls: facts, handshake: bytes }: Connection, fault: Coded | undefined): TlsProbe {
  return {
    to,
    code: fault && codeOf(fault),
    raw: fault?.code === 'UNSPECIFIED' ? fault.message : fault?.code,
    facts,
    bytes,
  }
}

const own = /^(PROXY_|ETIMEDOUT$)/

function codeOf({ code = 'unknown', message }: Coded): string {
  if (own.test(code)) return code
  return tlsFault(code, message)?.[0] ?? (code === 'ECONNRESET' ? 'CONNECTION_CUT' : 'TLS_FAILED')
}

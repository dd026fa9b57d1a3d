import net from 'node:net'
import tls from 'node:tls'
import { systemClock } from '../clock.ts'
import { Connection, type HandshakeBytes } from '../recorder/connection.ts'
import type { TlsFacts } from '../recorder/tls-facts.ts'
import { tlsFault } from '../transports/tls-fault.ts'
import { checkIdentity, secureContext } from '../transports/trust.ts'
import type { TlsOptions } from '../wire-options.ts'
import type { NetworkAddress } from './host-names.ts'

export type TlsProbe = {
  readonly to: NetworkAddress
  /** The code of what went wrong, `TLS_EXPIRED`; undefined when all is well. */
  readonly code: string | undefined
  /** Node's own. */
  readonly raw: string | undefined
  /** What the handshake showed, a refused certificate too. */
  readonly facts: TlsFacts | undefined
  readonly bytes: HandshakeBytes | undefined
  /** Milliseconds. */
  readonly took: number
}

/** Shakes hands as the transports do, verification included, and hangs up: nothing is sent over the connection. */
export function tlsProbe(
  to: NetworkAddress,
  port: number,
  host: string,
  options: TlsOptions,
  signal: AbortSignal,
): Promise<TlsProbe> {
  const connection = new Connection()
  const started = systemClock.now()
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
    const end = (code?: string, raw?: string) => {
      signal.removeEventListener('abort', cut)
      if (code === undefined) connection.ready()
      else connection.ended()
      const { tls: facts, handshake: bytes } = connection
      socket.destroy()
      resolve({ to, code, raw, facts, bytes, took: systemClock.now() - started })
    }
    const cut = () => end('TIMEOUT')
    signal.addEventListener('abort', cut)
    socket.once('connect', () => connection.opened(socket))
    // before Node looks at the certificate: one that it does not trust is what one wants to see, and gone a moment later
    socket.prependOnceListener('secure', () => connection.shown(socket))
    socket.once('secureConnect', () => end())
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      const [known = code === 'ECONNRESET' ? 'CONNECTION_CUT' : 'TLS_FAILED'] = tlsFault(code, message) ?? []
      end(known, code)
    })
    socket.once('close', () => end('CONNECTION_CUT'))
  })
}

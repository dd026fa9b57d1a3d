import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Secret } from '../secret.ts'
import { ProxyFault } from './proxy-fault.ts'

/** Ask a proxy to connect a socket through. @param open told once: with the reason when it comes to nothing */
export function tunnel(
  socket: Socket,
  authority: string,
  authorization: Secret | undefined,
  open: (fault: Error | undefined) => void,
): void {
  // an ES import of this module reads all its names, and one of them loads Node's own undici
  const { request } = process.getBuiltinModule('node:http')
  const asking = request({
    method: 'CONNECT',
    path: authority,
    headers: {
      host: authority,
      ...(authorization && { 'proxy-authorization': authorization.reveal() }),
    },
    createConnection: () => socket,
    maxHeaderSize: 65_536,
  })
  asking.once('connect', ({ statusCode = 0 }: IncomingMessage, _: Socket, early: Buffer) => {
    open(refusal(statusCode, early.length, authorization !== undefined))
  })
  asking.on('error', ({ code }: NodeJS.ErrnoException) => {
    // the socket tells of its own errors
    if (code?.startsWith('HPE_') === true) open(notHttp)
  })
  asking.end()
}

function refusal(status: number, early: number, authorized: boolean): ProxyFault | undefined {
  if (status === 407) return proxyAuth(authorized)
  if (status < 200 || status > 299)
    return new ProxyFault(
      'PROXY_REFUSED',
      `the proxy answered ${status}, and made no tunnel`,
      status >= 500 || status === 429 ? 'network' : 'refused',
    )
  return early === 0 ? undefined : new ProxyFault('PROXY_REFUSED', 'the proxy spoke into its tunnel', 'network')
}

const notHttp = new ProxyFault('PROXY_REFUSED', 'what the proxy answered is not HTTP', 'network')

export const proxyAuth = (authorized: boolean): ProxyFault =>
  new ProxyFault(
    'PROXY_AUTH',
    authorized ? 'the proxy does not take the credential' : 'the proxy asks for a credential',
    'auth',
  )

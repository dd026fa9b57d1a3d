import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { once } from 'node:events'

/** A server on this machine, gone with the block that made it. */
export type Loopback = AsyncDisposable & {
  readonly origin: string
  readonly port: number
  /** Sockets it has accepted. */
  readonly opened: number
  /** Those that are open. */
  readonly sockets: ReadonlySet<net.Socket>
}

export async function listening(server: net.Server, scheme = 'http'): Promise<Loopback> {
  const sockets = new Set<net.Socket>()
  let opened = 0
  server.on('connection', (socket: net.Socket) => {
    opened++
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  return {
    origin: `${scheme}://127.0.0.1:${port}`,
    port,
    sockets,
    get opened() {
      return opened
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Listener = (request: http.IncomingMessage, response: http.ServerResponse) => unknown

export const serving = (listener: Listener, options: http.ServerOptions = {}): Promise<Loopback> =>
  listening(
    http.createServer({ keepAliveTimeout: 0, ...options }, (request, response) => void listener(request, response)),
  )

export const servingTls = (
  options: https.ServerOptions,
  listener: Listener = (_, response) => response.end('secure'),
): Promise<Loopback> =>
  listening(
    https.createServer(options, (request, response) => void listener(request, response)),
    'https',
  )

/** Bytes in, bytes out: for servers that do what no HTTP server would. */
export const servingBytes = (listener: (socket: net.Socket) => void, scheme = 'http'): Promise<Loopback> =>
  listening(net.createServer({ allowHalfOpen: true }, listener), scheme)

export const servingTlsBytes = (
  options: tls.TlsOptions,
  listener: (socket: tls.TLSSocket) => void,
): Promise<Loopback> => listening(tls.createServer(options, listener), 'https')

/** Waits for the head of a request, and hands it over as text. */
export function onHead(socket: net.Socket, tell: (head: string) => void): void {
  let head = ''
  socket.on('data', (bytes: Buffer) => {
    head += bytes.toString('latin1')
    if (!head.includes('\r\n\r\n')) return
    const whole = head
    head = ''
    tell(whole)
  })
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { type Loopback, listening } from './loopback.ts'

export type Asked = {
  readonly line: string
  readonly host: string | undefined
  readonly authorization: string | undefined
}

export type ProxyServer = Loopback & { readonly asked: readonly Asked[] }

type ProxyFacts = {
  /** What `proxy-authorization` must be. */
  readonly authorization?: string
  /** Answers every CONNECT with this. */
  readonly answers?: string
  /** Speaks TLS itself. */
  readonly secure?: https.ServerOptions
}

/** A forward proxy that writes down what it was asked for: tunnels by CONNECT, and http by whole addresses. */
export async function proxying({ authorization, answers, secure }: ProxyFacts = {}): Promise<ProxyServer> {
  const asked: Asked[] = []
  const take = ({ method, url, headers }: http.IncomingMessage) => {
    const given = headers['proxy-authorization']
    asked.push({ line: `${method} ${url}`, host: headers.host, authorization: given })
    return authorization === undefined || given === authorization
  }
  const forward = (request: http.IncomingMessage, response: http.ServerResponse) => {
    if (!take(request)) return void response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end()
    const { 'proxy-authorization': _, ...headers } = request.headers
    const onward = http.request(request.url!, { method: request.method!, headers, agent: false }, (reply) => {
      response.writeHead(reply.statusCode!, reply.rawHeaders)
      reply.pipe(response)
    })
    onward.on('error', () => response.destroy())
    return void request.pipe(onward)
  }
  const server = secure === undefined ? http.createServer(forward) : https.createServer(secure, forward)
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    socket.on('error', () => {})
    if (!take(request)) return void socket.end('HTTP/1.1 407 Who are you\r\nproxy-authenticate: Basic\r\n\r\n')
    if (answers !== undefined) return void socket.end(answers)
    const { hostname, port } = new URL(`http://${request.url}`)
    const onward = net.connect(Number(port) || 80, hostname.replace(/^\[|\]$/g, ''), () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n')
      onward.write(head)
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    return socket.once('close', () => onward.destroy())
  })
  return Object.defineProperties(await listening(server, secure === undefined ? 'http' : 'https'), {
    asked: { value: asked },
  }) as ProxyServer
}

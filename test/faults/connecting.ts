/** Faults of the way to the server. */
import http from 'node:http'
import { closedPort, listening, serving, servingTls } from '../support/loopback.ts'
import { proxying } from '../support/proxies.ts'
import { certificate } from '../support/certificates.ts'
import type { Fault } from './fault.ts'
import { at, scene } from './scene.ts'
import { blackHole, good, relaying, spoiling } from './servers.ts'

export const again = { retries: 3 }

export const json: http.RequestListener = (_, response) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')

const ownTls = async () => {
  const own = await certificate({ ip: '127.0.0.1' })
  return { own, server: await servingTls(own, json) }
}

export const connecting: readonly Fault[] = [
  {
    number: 1,
    name: 'the name has no address',
    how: 'a name under .invalid',
    cause: 'name-not-found',
    change: 'another host in origin',
    named: /no address|ENOTFOUND|not resolve/i,
    mends: /host ?name/i,
    arrange: async () => {
      const server = await serving(json)
      return at(server, { origin: 'http://nowhere.invalid' }, { origin: server.origin })
    },
  },
  {
    number: 2,
    name: 'connection refused',
    how: 'a port that nobody listens on',
    cause: 'connection-refused',
    change: 'a server is started on that port',
    named: /refused/i,
    mends: /start|server runs/i,
    arrange: async () => {
      const port = await closedPort()
      const faulty = { origin: `http://127.0.0.1:${port}` }
      const server = http.createServer(json)
      const there: AsyncDisposable = { [Symbol.asyncDispose]: async () => server.close().closeAllConnections() }
      return scene([there], faulty, async () => {
        await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
        return faulty
      })
    },
  },
  {
    number: 3,
    name: 'black hole',
    how: 'a listener that has stopped, with a full backlog',
    cause: 'black-hole',
    change: 'the listener accepts again',
    named: /vanish|connect.*time(d )?out|time(d )?out.*connect/i,
    mends: /firewall|accepts|backlog/i,
    arrange: async () => {
      const hole = await blackHole()
      const faulty = { origin: hole.origin, transport: { connectTimeout: 150 } }
      return scene([hole], faulty, async () => {
        await hole.wake()
        return { ...faulty, transport: { connectTimeout: 3_000 } }
      })
    },
  },
  {
    number: 4,
    name: 'reset in the handshake',
    how: 'the connection is reset after the server’s first bytes, twice',
    cause: 'reset-in-tls',
    change: 'retry() in the stack',
    named: /cut .*handshake|before secure TLS|reset.*handshake/i,
    mends: /retr(y|ies)/i,
    arrange: async () => {
      const { own, server } = await ownTls()
      const relay = await relaying(
        () => server.port,
        ({ client, server, nth }) => {
          if (nth > 2) return false
          server.once('data', (hello: Buffer) => {
            client.write(hello.subarray(0, 200))
            setTimeout(() => client.resetAndDestroy(), 10)
          })
          return true
        },
      )
      return scene([relay, server], { origin: relay.origin, tls: { ca: own.cert } }, again)
    },
  },
  {
    number: 5,
    name: 'reset while sending',
    how: 'the connection is reset when the first bytes of 16 MiB are here, twice',
    cause: 'reset-sending',
    change: 'retry() in the stack',
    named: /cut .*(being )?sent|reset while sending/i,
    mends: /retr(y|ies)/i,
    arrange: async () => {
      let left = 2
      const server = await listening(
        http.createServer((request, response) => {
          if (left-- > 0) request.once('data', () => request.socket.resetAndDestroy())
          else request.resume().once('end', () => json(request, response))
        }),
      )
      const faulty = { method: 'POST', bytes: Buffer.alloc(16 << 20), request: { repeatable: 'always' } } as const
      return at(server, faulty, again)
    },
  },
  {
    number: 6,
    name: 'reset while waiting',
    how: 'the connection is reset when the request has come, twice',
    cause: 'reset-waiting',
    change: 'retry() in the stack',
    named: /cut .*answer|ECONNRESET|reset by peer/i,
    mends: /retr(y|ies)/i,
    arrange: async () => at(await spoiling((socket) => socket.resetAndDestroy()), {}, again),
  },
  {
    number: 7,
    name: 'reset while receiving',
    how: 'the connection is reset in the middle of the body, twice',
    cause: 'reset-receiving',
    change: 'retry() in the stack',
    named: /(cut|reset|abort).*(answer|body|response)|ECONNRESET|reset by peer/i,
    mends: /retr(y|ies)/i,
    arrange: async () =>
      at(
        await spoiling((socket) => {
          socket.write(good.slice(0, -5))
          setTimeout(() => socket.resetAndDestroy(), 20)
        }),
        {},
        again,
      ),
  },
  {
    number: 14,
    name: 'the proxy wants a credential',
    how: 'a proxy that answers CONNECT with 407',
    cause: 'proxy-auth',
    change: 'user and password of the proxy',
    named: /407/,
    mends: /user|credential|password/i,
    arrange: async () => {
      const { own, server } = await ownTls()
      const guarded = await proxying({ authorization: `Basic ${Buffer.from('me:pass').toString('base64')}` })
      const faulty = { origin: server.origin, tls: { ca: own.cert }, proxy: { url: guarded.origin } }
      return scene([guarded, server], faulty, { proxy: { url: guarded.origin, user: 'me', password: 'pass' } })
    },
  },
  {
    number: 15,
    name: 'a proxy from the environment',
    how: 'http_proxy names a port that nobody listens on, and the server itself is well',
    cause: 'proxy-from-environment',
    change: 'the host in NO_PROXY',
    named: /http_proxy|environment/i,
    mends: /no_proxy|unset/i,
    arrange: async () => {
      const server = await serving(json)
      const env = { http_proxy: `http://127.0.0.1:${await closedPort()}` }
      return at(server, { env }, { env: { ...env, no_proxy: '127.0.0.1' } })
    },
  },
  {
    number: 45,
    name: 'DNS pinned to an old address',
    how: 'hosts() pins the name to 127.0.0.2, and the server is at 127.0.0.1',
    cause: 'pinned-address',
    change: 'the address that is right',
    named: /pinned/i,
    mends: /pin/i,
    arrange: async () => {
      const server = await serving(json)
      const faulty = { origin: `http://api.test:${server.port}`, pins: { 'api.test': '127.0.0.2' } }
      return at(server, faulty, { pins: { 'api.test': '127.0.0.1' } })
    },
  },
]

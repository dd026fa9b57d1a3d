/** Faults of answers, and of connections that are used again. */
import http2 from 'node:http2'
import type net from 'node:net'
import zlib from 'node:zlib'
import { cookies, limits } from '@penstock/middleware'
import { certificate } from '../support/certificates.ts'
import { listening, onHead, serving, servingBytes } from '../support/loopback.ts'
import { again, json } from './connecting.ts'
import type { Fault } from './fault.ts'
import { at, scene } from './scene.ts'
import { good, spoiling } from './servers.ts'

const post = { method: 'POST', bytes: Buffer.from('{}'), warmUps: 1 } as const
const repeatable = { request: { repeatable: 'always' } } as const

export const bodies: readonly Fault[] = [
  {
    number: 20,
    name: 'truncated body',
    how: 'two answers end in the middle of a chunk',
    cause: 'body-truncated',
    change: 'retry() in the stack',
    named: /ended before|truncated|aborted|premature|outstanding|terminated/i,
    mends: /retr(y|ies)/i,
    arrange: async () =>
      at(
        await spoiling((socket) =>
          socket.end(
            'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nb\r\n{"ok":',
          ),
        ),
        {},
        again,
      ),
  },
  {
    number: 21,
    name: 'wrong length',
    how: 'content-length is 5, and the body has 11 bytes',
    cause: 'wrong-length',
    change: 'the right content-length',
    named: /content-length/i,
    mends: /content-length/i,
    arrange: async () => {
      let told = good.replace('content-length: 11', 'content-length: 5')
      const server = await servingBytes((socket) => onHead(socket, () => socket.write(told)))
      return scene([server], { origin: server.origin }, () => {
        told = good
        return { origin: server.origin }
      })
    },
  },
  {
    number: 22,
    name: 'bad gzip',
    how: 'content-encoding is gzip, and the body is not; what is asked for as it is comes as it is',
    cause: 'bad-encoding',
    change: 'accept-encoding: identity',
    named: /content-encoding|incorrect header check|Z_DATA_ERROR/i,
    mends: /identity/,
    arrange: async () => {
      const server = await serving((request, response) => {
        if (request.headers['accept-encoding'] !== 'identity') response.setHeader('content-encoding', 'gzip')
        json(request, response)
      })
      return at(server, {}, { headers: { 'accept-encoding': 'identity' } })
    },
  },
  {
    number: 23,
    name: 'gzip bomb',
    how: '8 KiB that become 8 MiB',
    cause: 'decompression-bomb',
    change: 'limits({ ratio: 10_000 })',
    named: /bomb|ratio|maxContentLength/i,
    mends: /ratio|maxContentLength/,
    arrange: async () => {
      const bomb = zlib.gzipSync(JSON.stringify('a'.repeat(8 << 20)))
      const server = await serving((_, response) =>
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb),
      )
      return at(server, {}, { layers: () => [limits({ ratio: 10_000 })] })
    },
  },
  {
    number: 24,
    name: 'HTML instead of JSON',
    how: 'a path that gives a page, with status 200',
    cause: 'html-instead-of-json',
    change: 'the right path',
    named: /HTML/,
    mends: /path/i,
    arrange: async () => {
      const server = await serving((request, response) => {
        if (request.url === '/api') json(request, response)
        else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title>')
      })
      return at(server, { path: '/home' }, { path: '/api' })
    },
  },
  {
    number: 25,
    name: 'wrong charset',
    how: 'the header says utf-16le, and the bytes are UTF-8',
    cause: 'wrong-charset',
    change: 'charset=utf-8 in the header',
    named: /charset/i,
    mends: /utf-8/i,
    arrange: async () => {
      let charset = 'utf-16le'
      const server = await serving((_, response) =>
        response.writeHead(200, { 'content-type': `application/json; charset=${charset}` }).end('{"ok":true}'),
      )
      return scene([server], { origin: server.origin }, () => {
        charset = 'utf-8'
        return { origin: server.origin }
      })
    },
  },
  {
    number: 26,
    name: 'redirects in a circle',
    how: 'a server that sets a cookie, and redirects until it sees it',
    cause: 'redirect-loop',
    change: 'cookies() in the stack',
    named: /circle|loop|redirect(s|ed)? .*(maximum|exceeded|followed)|maximum .*redirect|redirected \d+ times/i,
    mends: /cookie/i,
    arrange: async () => {
      const server = await serving((request, response) => {
        if (request.headers.cookie === 'seen=1') json(request, response)
        else response.writeHead(302, { location: '/', 'set-cookie': 'seen=1' }).end()
      })
      return at(server, { follows: true }, { layers: () => [cookies()] })
    },
  },
  {
    number: 27,
    name: 'stale keep-alive',
    how: 'the server resets a connection at its second request',
    cause: 'stale-socket',
    change: "repeatable: 'always'",
    named: /stale/i,
    mends: /repeatable|keep-?alive/i,
    arrange: async () => at(await secondRequest((socket) => socket.resetAndDestroy()), post, repeatable),
  },
  {
    number: 28,
    name: 'GOAWAY',
    how: 'at the second request HTTP/2 says GOAWAY and HTTP/1.1 FIN, and neither answers it',
    cause: 'connection-retired',
    change: "repeatable: 'always'",
    named: /GOAWAY|retired/i,
    mends: /repeatable|again/i,
    arrange: async () => {
      const own = await certificate({ ip: '127.0.0.1' })
      const server = http2.createSecureServer({ ...own, allowHTTP1: true })
      const seen = new WeakMap<object, number>()
      const nth = (key: object) => {
        const count = (seen.get(key) ?? 0) + 1
        seen.set(key, count)
        return count
      }
      server.on('request', (request, response) => {
        request.resume()
        if (request.httpVersionMajor === 2) return
        if (nth(request.socket) > 1) request.socket.end()
        else json(request as never, response as never)
      })
      server.on('stream', (stream) => {
        stream.on('error', () => {})
        const { session } = stream
        if (nth(session!) > 1) {
          session!.goaway(0, stream.id)
          session!.destroy()
        } else {
          stream.respond({ ':status': 200, 'content-type': 'application/json' })
          stream.end('{"ok":true}')
        }
      })
      const there = await listening(server, 'https')
      return at(there, { ...post, tls: { ca: own.cert }, transport: { http2: true } }, repeatable)
    },
  },
]

/** Answers the first request of each connection well. */
const secondRequest = (spoil: (socket: net.Socket) => void) =>
  servingBytes((socket) => {
    let requests = 0
    onHead(socket, () => {
      if (++requests === 1) socket.write(good)
      else spoil(socket)
    })
  })

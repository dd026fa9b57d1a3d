import http2 from 'node:http2'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { types } from 'node:util'
import { client, pipeline } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { expect, test } from 'vitest'
import { certificate } from '../support/certificates.ts'
import { listening } from '../support/loopback.ts'

const serving2 = async (listener: (stream: http2.ServerHttp2Stream) => void) => {
  const own = await certificate({ ip: '127.0.0.1' })
  const server = http2.createSecureServer({ ...own, allowHTTP1: true }, (request, response) => {
    if (request.httpVersionMajor === 1) response.end('1.1')
  })
  server.on('stream', listener)
  return { there: await listening(server, 'https'), tls: Object.freeze({ ca: own.cert }) }
}

const over2 = (origin: string, tls: { readonly ca: string }, http2: boolean) =>
  client({
    pipeline: pipeline([(call, next) => next(call.with({ wire: { tls } }))], undiciTransport({ http2 })),
    origin,
  })

const answer = (stream: http2.ServerHttp2Stream) => {
  stream.respond({ ':status': 200, 'set-cookie': 'a=1' })
  stream.end('2')
}

test('http2: true speaks HTTP/2 with a server that offers it, many calls on one socket', async () => {
  const { there, tls } = await serving2(answer)
  await using _ = there
  await using http = over2(there.origin, tls, true)
  const first = await http.get('/')
  const replies = await Promise.all(Array.from({ length: 5 }, () => http.get('/')))
  const texts = await Promise.all([first, ...replies].map((reply) => reply.text()))
  expect(texts).toEqual(Array.from({ length: 6 }, () => '2'))
  expect(first.header('set-cookie')).toBe('a=1')
  expect(replies[4]!.ledger.trips[0]!.reusedSocket).toBe(true)
  expect(there.opened).toBe(1)
})

test('without it nobody does', async () => {
  const { there, tls } = await serving2(answer)
  await using _ = there
  await using http = over2(there.origin, tls, false)
  expect(await (await http.get('/')).text()).toBe('1.1')
})

test('an abort ends the stream, and not the socket that others use', async () => {
  const held = Promise.withResolvers<http2.ServerHttp2Stream>()
  let streams = 0
  const { there, tls } = await serving2((stream) => {
    stream.on('error', () => {})
    if (++streams === 1) held.resolve(stream)
    else answer(stream)
  })
  await using _ = there
  await using http = over2(there.origin, tls, true)
  const controller = new AbortController()
  const call = http.get('/', { signal: controller.signal }).catch((error: unknown) => error)
  const stream = await held.promise
  controller.abort('enough')
  expect(await call).toBe('enough')
  if (!stream.closed) await once(stream, 'close')
  expect(await (await http.get('/')).text()).toBe('2')
  expect(there.opened).toBe(1)
})

test('a stream that the server refuses goes out again, whatever the method: nobody has looked at it', async () => {
  let streams = 0
  const { there, tls } = await serving2((stream) => {
    stream.on('error', () => {})
    if (++streams === 1) stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)
    else answer(stream)
  })
  await using _ = there
  await using http = over2(there.origin, tls, true)
  expect(await (await http.post('/')).text()).toBe('2')
})

test('undici itself, loaded after the transport, has its HTTP/2 and no stand-in', async () => {
  const { there, tls } = await serving2(answer)
  await using _ = there
  await undiciTransport().close()
  const require = createRequire(import.meta.url)
  const { Client } = require('undici') as typeof import('undici')
  const client = new Client(there.origin, { allowH2: true, connect: tls })
  const { body } = await client.request({ method: 'GET', path: '/' })
  expect(await body.text()).toBe('2')
  await client.close()
  expect(types.isProxy(require('undici/lib/dispatcher/client-h2.js'))).toBe(false)
})

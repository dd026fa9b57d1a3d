import http2 from 'node:http2'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { client, pipeline } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { expect, it } from 'vitest'
import { certificate } from '../support/certificates.ts'
import { listening } from '../support/loopback.ts'

it('a form that an HTTP/2 server has no room for yet arrives as it was', async () => {
  const own = await certificate({ ip: '127.0.0.1' })
  const server = http2.createSecureServer(own)
  const arrived = Promise.withResolvers<Buffer>()
  const receive = async (stream: http2.ServerHttp2Stream) => {
    // its window is full long before it reads
    for (let turns = 0; turns < 100; turns++) await setImmediate()
    const pieces: Buffer[] = []
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    await once(stream, 'end')
    arrived.resolve(Buffer.concat(pieces))
    stream.respond({ ':status': 200 })
    stream.end()
  }
  server.once('stream', (stream) => void receive(stream))
  await using there = await listening(server, 'https')
  const tls = Object.freeze({ ca: own.cert })
  await using http = client({
    pipeline: pipeline([(call, next) => next(call.with({ wire: { tls } }))], undiciTransport({ http2: true })),
    origin: there.origin,
  })
  const image = Buffer.alloc(600_000, 'each stretch of it is another: 0123456789').map((byte, at) => byte ^ (at >> 12))
  await http.post('/', { form: { image } })
  const form = `image=${encodeURIComponent(Buffer.from(image).toString('base64'))}`
  expect((await arrived.promise).equals(Buffer.from(form))).toBe(true)
})

import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

const text = 'Wer reitet so spät durch Nacht und Wind? '.repeat(400)

/** Every way to write it that a server may use. */
const encoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => zlib.gzipSync(bytes),
  'x-gzip': (bytes) => zlib.gzipSync(bytes),
  deflate: (bytes) => zlib.deflateSync(bytes),
  br: (bytes) => zlib.brotliCompressSync(bytes),
  zstd: (bytes) => zlib.zstdCompressSync(bytes),
  identity: (bytes) => bytes,
}

onBothTransports((make) => {
  const encoded = (encoding: string, body: Buffer) =>
    serving((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding })
      response.end(body)
    })

  const failure = async (encoding: string, body: Buffer) => {
    await using server = await encoded(encoding, body)
    await using http = over(make(), server.origin)
    const reply = await http.get('/').catch((error: unknown) => error as never)
    if (reply instanceof Error) return reply
    return reply.bytes().catch((error: unknown) => error)
  }

  test.each(Object.keys(encoders))('a body in %s is decoded', async (encoding) => {
    await using server = await encoded(encoding, encoders[encoding]!(Buffer.from(text)))
    await using http = over(make(), server.origin)
    const reply = await http.get('/')
    expect({ text: await reply.text(), header: reply.header('content-encoding') }).toEqual({ text, header: encoding })
  })

  test('a body in deflate without its frame is decoded', async () => {
    await using server = await encoded('deflate', zlib.deflateRawSync(text))
    await using http = over(make(), server.origin)
    expect(await (await http.get('/')).text()).toBe(text)
  })

  test('encodings put on one after the other are taken off in turn', async () => {
    const body = encoders['zstd']!(encoders['br']!(encoders['gzip']!(Buffer.from(text))))
    await using server = await encoded('gzip, br,  ZSTD', body)
    await using http = over(make(), server.origin)
    expect(await (await http.get('/')).text()).toBe(text)
  })

  test('a decoded body comes in pieces', async () => {
    const large = Buffer.alloc(3_000_000, text)
    await using server = await encoded('br', encoders['br']!(large))
    await using http = over(make(), server.origin, [
      (call, next) => next(call.with({ wire: { limits: { ratio: 100_000 } } })),
    ])
    const pieces: Uint8Array[] = []
    for await (const piece of (await http.get('/', { stream: true })).stream()) pieces.push(piece)
    expect(Buffer.concat(pieces).equals(large)).toBe(true)
  })

  test.each(['gzip', 'deflate', 'br', 'zstd'])('an empty body in %s is empty, and not broken', async (encoding) => {
    await using server = await encoded(encoding, Buffer.alloc(0))
    await using http = over(make(), server.origin)
    expect(await (await http.get('/')).text()).toBe('')
  })

  test.each(['gzip', 'deflate', 'br', 'zstd'])('a body in %s that ends too early is truncated', async (encoding) => {
    const whole = encoders[encoding]!(Buffer.from(text))
    expect(await failure(encoding, whole.subarray(0, whole.length - 20))).toMatchObject({
      code: 'BODY_TRUNCATED',
      verdict: 'network',
      phase: 'receive',
      sent: 'all',
    })
  })

  test.each(['gzip', 'deflate', 'br', 'zstd'])('a body that is not in %s as it says is refused', async (encoding) => {
    expect(await failure(encoding, Buffer.from('<html>this is no such thing</html>'))).toMatchObject({
      code: 'BODY_ENCODING',
      verdict: 'server',
      phase: 'receive',
    })
  })

  test('an encoding that nobody asked for is refused', async () => {
    expect(await failure('compress', Buffer.from('??'))).toMatchObject({ code: 'BODY_ENCODING' })
  })

  test('an encoding that the call asked for by name is left to the call', async () => {
    await using server = await encoded('aws-chunked', Buffer.from('raw'))
    await using http = over(make(), server.origin, [], { headers: { 'accept-encoding': 'aws-chunked' } })
    expect(await (await http.get('/')).text()).toBe('raw')
  })

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('a %s answered %i has no body to decode', async (method, status) => {
    await using server = await serving((_, response) => {
      response.writeHead(status, { 'content-encoding': 'gzip' })
      response.end()
    })
    await using http = over(make(), server.origin)
    expect(await (await http.send({ method, path: '/' })).text()).toBe('')
  })
})

import { once } from 'node:events'
import zlib from 'node:zlib'
import { client, pipeline, type ReplyLimits } from '@penstock/core'
import { limits } from '@penstock/middleware'
import { expect, test } from 'vitest'
import { onHead, serving, servingBytes } from '../support/loopback.ts'
import { onBothTransports, over, settled } from '../support/transports.ts'

const mebibyte = 1_048_576

onBothTransports((make) => {
  const limited = (origin: string, limits: ReplyLimits) =>
    over(make(), origin, [(call, next) => next(call.with({ wire: { limits } }))])

  const gzipped = (bytes: Buffer) => {
    const body = zlib.gzipSync(bytes)
    return serving((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(body)
    })
  }

  test('64 MiB of nothing in 64 KiB of gzip are refused, long before they are unpacked', async () => {
    await using server = await gzipped(Buffer.alloc(64 * mebibyte))
    await using http = over(make(), server.origin)
    const error = await (await http.get('/')).bytes().catch((error: unknown) => error)
    expect(error).toMatchObject({
      code: 'BODY_RATIO',
      verdict: 'size',
      phase: 'receive',
      sent: 'all',
      retryable: false,
    })
  })

  test('one MiB may grow out of anything', async () => {
    await using server = await gzipped(Buffer.alloc(mebibyte))
    await using http = over(make(), server.origin)
    expect(await (await http.get('/')).bytes()).toHaveLength(mebibyte)
  })

  test('ratio is raised by the call', async () => {
    await using server = await gzipped(Buffer.alloc(2 * mebibyte))
    await using http = limited(server.origin, { ratio: 2_000 })
    expect(await (await http.get('/')).bytes()).toHaveLength(2 * mebibyte)
  })

  test('a body of exactly the limit is taken', async () => {
    await using server = await serving((_, response) => response.end(Buffer.alloc(1000)))
    await using http = limited(server.origin, { body: 1000 })
    expect(await (await http.get('/')).bytes()).toHaveLength(1000)
  })

  test('a body one byte larger is refused, and its socket closed', async () => {
    await using server = await serving((_, response) => response.write(Buffer.alloc(1001)))
    await using http = limited(server.origin, { body: 1000 })
    const reply = await http.get('/')
    const [socket] = server.sockets
    await expect(reply.bytes()).rejects.toMatchObject({ code: 'BODY_TOO_LARGE', verdict: 'size' })
    await once(socket!, 'close')
  })

  test('more than 64 MiB are refused by default', async () => {
    await using server = await serving(async (_, response) => {
      response.on('error', () => {})
      for (let n = 0; n < 65; n++) if (!response.write(Buffer.alloc(mebibyte))) await once(response, 'drain')
      response.end()
    })
    await using http = over(make(), server.origin)
    const error = await (await http.get('/')).bytes().catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'BODY_TOO_LARGE' })
  })

  test('a body that nobody reads holds its sender back', async () => {
    let written = 0
    const full = Promise.withResolvers<void>()
    await using server = await serving((_, response) => {
      response.on('error', () => {})
      while (written < 64 * mebibyte && response.write(Buffer.alloc(65_536))) written += 65_536
      if (response.writableNeedDrain) full.resolve()
    })
    await using http = over(make(), server.origin)
    const reply = await http.get('/')
    await full.promise
    expect(written).toBeLessThan(16 * mebibyte)
    reply.discard()
  })

  const withHeaders = (bytes: number) =>
    servingBytes((socket) =>
      onHead(socket, () => socket.end(`HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(bytes)}\r\ncontent-length: 0\r\n\r\n`)),
    )

  test('60 KiB of headers are taken', async () => {
    await using server = await withHeaders(60 * 1024)
    await using http = over(make(), server.origin)
    expect((await http.get('/')).header('x-a')).toHaveLength(60 * 1024)
  })

  test('limits() holds a reply to other limits, a streamed one too', async () => {
    await using server = await withHeaders(3_000)
    await using tight = over(make(), server.origin, [limits({ headers: 2_000 })])
    expect(await tight.outcome({ path: '/' })).toMatchObject({
      code: 'HEADERS_TOO_LARGE',
      because: 'the reply has more than 2000 bytes of headers',
    })
    await using large = await withHeaders(100_000)
    await using wide = over(make(), large.origin, [limits({ headers: 200_000 })])
    expect((await wide.get('/')).header('x-a')).toHaveLength(100_000)
    await using body = await serving((_, response) => response.end(Buffer.alloc(1001)))
    await using streamed = over(make(), body.origin, [limits({ body: 1000 })])
    await expect((await streamed.get('/', { stream: true })).bytes()).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
  })

  test("limits({ ratio: 'off' }) lets a body grow as it will", async () => {
    await using server = await gzipped(Buffer.alloc(4 * mebibyte))
    const acknowledge = { 'limits-off': 'a test' }
    const stack = pipeline([limits({ ratio: 'off' })], make(), { acknowledge })
    await using http = client({ pipeline: stack, origin: server.origin })
    expect(await (await http.get('/')).bytes()).toHaveLength(4 * mebibyte)
  })

  test('a call that allows other headers gets a socket of its own', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    const wires = [{}, { limits: { headers: 2_000 } }, { limits: { headers: 2_000, body: 5 } }]
    let at = 0
    await using http = over(make(), server.origin, [(call, next) => next(call.with({ wire: wires[at++]! }))])
    for (const _ of wires) {
      await (await http.get('/')).bytes()
      await settled()
    }
    expect(server.opened).toBe(2)
  })

  test('more than 64 KiB of headers are refused', async () => {
    await using server = await withHeaders(66 * 1024)
    await using http = over(make(), server.origin)
    const error = await http.get('/').catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'HEADERS_TOO_LARGE', verdict: 'size' })
  })
})

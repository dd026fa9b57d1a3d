import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { once } from 'node:events'
import { type Progress } from '@penstock/core'
import { expect, test, vi } from 'vitest'
import { serving, servingBytes } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

onBothTransports((make) => {
  /** Says how the body came: its length as announced, and what was counted. */
  const counting = () =>
    serving(async (request, response) => {
      let bytes = 0
      for await (const piece of request) bytes += (piece as Buffer).length
      const { 'content-length': length, 'transfer-encoding': transfer } = request.headers
      response.end(JSON.stringify({ bytes, length, transfer }))
    })

  test('a stream without a length goes out in chunks', async () => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const body = async function* () {
      yield Buffer.from('abc')
      yield Buffer.alloc(0)
      yield Buffer.from('defg')
    }
    expect(await (await http.post('/', { body })).json()).toEqual({ bytes: 7, transfer: 'chunked' })
  })

  test('a stream of known length goes out with it', async () => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const body = { kind: 'factory', length: 5, open: () => [Buffer.from('ab'), Buffer.from('cde')] } as const
    expect(await (await http.post('/', { body })).json()).toEqual({ bytes: 5, length: '5' })
  })

  test.each([65_536, 65_537, 200_000])(
    '%i bytes go out with their length, and nobody copies what is larger than a piece',
    async (length) => {
      await using server = await counting()
      await using http = over(make(), server.origin)
      const copies = vi.spyOn(globalThis, 'structuredClone')
      const body = Buffer.alloc(length, 1)
      expect(await (await http.post('/', { body })).json()).toEqual({ bytes: length, length: String(length) })
      const copied = copies.mock.calls.some(([given]) => given === body)
      copies.mockRestore()
      expect(copied && length > 65_536).toBe(false)
    },
  )

  test('text is counted in bytes', async () => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    expect(await (await http.post('/', { body: '光学文字' })).json()).toEqual({ bytes: 12, length: '12' })
  })

  test.each([
    ['less', 6, 'the body ended after 5 of its 6 bytes'],
    ['more', 4, 'the body has more than its 4 bytes'],
  ])('a stream of %s than its length is an input error', async (_, length, because) => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const body = { kind: 'factory', length, open: () => [Buffer.from('ab'), Buffer.from('cde')] } as const
    const error = await http.post('/', { body }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'BODY_SOURCE', verdict: 'input', retryable: false })
    expect((error as Error).message).toContain(because)
  })

  test.each([
    ['at once', 0],
    ['halfway', 3],
  ])('a stream that fails %s is an input error, and its reason is kept', async (_, good) => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const reason = new Error('disk')
    const body = async function* () {
      for (let n = 0; n < good; n++) yield Buffer.alloc(100)
      throw reason
    }
    const outcome = await http.outcome({ method: 'POST', path: '/', body })
    expect(outcome).toMatchObject({ code: 'BODY_SOURCE', verdict: 'input', phase: 'send', reason })
  })

  test('a stream that gives something else than bytes is an input error', async () => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const body = () => Readable.from(['text', 'and text'])
    const outcome = await http.outcome({ method: 'POST', path: '/', body })
    expect(outcome).toMatchObject({ code: 'BODY_SOURCE', verdict: 'input' })
  })

  test('a stream is destroyed when its call is over before it', async () => {
    await using server = await servingBytes((socket) => socket.once('data', () => socket.resetAndDestroy()))
    await using http = over(make(), server.origin)
    const stream = new Readable({ read: () => {} })
    stream.push(Buffer.alloc(100))
    const call = http.post('/', { body: stream }).catch((error: unknown) => error)
    await once(stream, 'close')
    expect(await call).toMatchObject({ code: 'CONNECTION_RESET' })
  })

  test('a generator is closed when its call is over before it', async () => {
    await using server = await serving((_, response) => response.writeHead(413).end())
    await using http = over(make(), server.origin)
    const closed = Promise.withResolvers<string>()
    const body = async function* () {
      try {
        for (;;) yield Buffer.alloc(65_536)
      } finally {
        closed.resolve('closed')
      }
    }
    await http.outcome({ method: 'POST', path: '/', body })
    expect(await closed.promise).toBe('closed')
  })

  test('progress is told both ways, and a listener that throws breaks nothing', async () => {
    await using server = await serving((request, response) => {
      response.writeHead(200, { 'content-length': '5' })
      request.resume().once('end', () => response.end('12345'))
    })
    await using http = over(make(), server.origin)
    const up: Progress[] = []
    const down: Progress[] = []
    const reply = await http.post('/', {
      body: { kind: 'factory', length: 5, open: () => [Buffer.from('ab'), Buffer.from('cde')] },
      onUpload: (progress) => {
        up.push(progress)
        throw new Error('a bug of the listener')
      },
      onDownload: (progress) => {
        down.push(progress)
        throw new Error('a bug of the listener')
      },
    })
    expect(await reply.text()).toBe('12345')
    expect({ up, down }).toEqual({
      up: [
        { bytes: 2, total: 5 },
        { bytes: 5, total: 5 },
      ],
      down: [{ bytes: 5, total: 5 }],
    })
  })

  test('a body in memory tells its progress too', async () => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const up: Progress[] = []
    await (await http.post('/', { body: 'abc', onUpload: (progress) => up.push(progress) })).bytes()
    expect(up).toEqual([{ bytes: 3, total: 3 }])
  })

  test('7 MB out of a generator that never waits leave the event loop its turns', async () => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const pieces = 112
    const body = {
      kind: 'factory',
      length: pieces * 65_536,
      *open() {
        for (let n = 0; n < pieces; n++) yield Buffer.alloc(65_536, n)
      },
    } as const
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const reply = await http.post('/', { body })
    delay.disable()
    expect(await reply.json()).toEqual({ bytes: body.length, length: String(body.length) })
    // server and client share this loop, and other tests the machine
    expect(delay.max / 1e6).toBeLessThan(100)
  })

  test('memory that an encoder takes back is not sent twice', async () => {
    const seen: number[] = []
    await using server = await serving(async (request, response) => {
      const whole = Buffer.concat(await request.toArray())
      for (let at = 0; at < whole.length; at += 65_536) seen.push(whole[at]!, whole[at + 65_535]!)
      response.end()
    })
    await using http = over(make(), server.origin)
    const body = {
      kind: 'factory',
      length: 40 * 65_536,
      *open(): Generator<Uint8Array, void, Uint8Array | undefined> {
        let spare: Uint8Array | undefined
        for (let n = 0; n < 40; n++) spare = yield (spare ?? Buffer.allocUnsafeSlow(65_536)).fill(n)
      },
    } as const
    await (await http.post('/', { body })).bytes()
    expect(seen).toEqual(Array.from({ length: 80 }, (_, n) => n >> 1))
  })
})

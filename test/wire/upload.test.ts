import { Readable } from 'node:stream'
import { once } from 'node:events'
import { type Failure, type Progress } from '@penstock/core'
import { expect, test, vi } from 'vitest'
import { CountedBody } from '../../packages/core/src/encode/counted-body.ts'
import { form } from '../../packages/core/src/encode/form.ts'
import { serving, servingBytes } from '../support/loopback.ts'
import { facts, onBothTransports, over } from '../support/transports.ts'

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

  /** Pieces that are made at once, and how many of them were asked for between two turns of the event loop at most. */
  function watched(pieces: number, bodies: number) {
    let taken = 0
    let before = 0
    const seen = { most: 0 }
    const look = () => {
      seen.most = Math.max(seen.most, taken - before)
      before = taken
      if (taken < pieces * bodies) setImmediate(look)
    }
    look()
    const body = {
      kind: 'factory',
      length: pieces * 65_536,
      *open() {
        for (let n = 0; n < pieces; n++) {
          taken++
          yield Buffer.alloc(65_536, n)
        }
      },
    } as const
    return { seen, body }
  }

  test.each([1, 8])('%i uploads out of generators that never wait leave the event loop its turns', async (uploads) => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const { seen, body } = watched(112, uploads)
    const { length } = body
    const send = async () => (await http.post('/', { body })).json()
    const replies = await Promise.all(Array.from({ length: uploads }, send))
    expect(replies).toEqual(Array.from({ length: uploads }, () => ({ bytes: length, length: String(length) })))
    // what is left of one turn, and all of the next
    expect(seen.most).toBeLessThanOrEqual(8)
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

  test('the length of a picture is asked for when it is counted, turn by turn', async () => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const { body } = form({ picture: new Uint8Array(1_000_002) })
    const asked: boolean[] = []
    const spied = Object.defineProperty(body as CountedBody, 'length', {
      get(this: CountedBody) {
        asked.push(this.isCounted)
        return Object.getOwnPropertyDescriptor(CountedBody.prototype, 'length')!.get!.call(this)
      },
    })
    const bytes = 'picture='.length + (1_000_002 / 3) * 4
    expect(await (await http.post('/', { body: spied })).json()).toEqual({ bytes, length: String(bytes) })
    expect(new Set(asked)).toEqual(new Set([true]))
  })

  test('a call that ends while its picture is counted has asked for no connection', async () => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const controller = new AbortController()
    const form = { picture: new Uint8Array(4_000_000) }
    const call = http.outcome({ method: 'POST', path: '/', form, signal: controller.signal })
    await new Promise(setImmediate)
    controller.abort()
    expect(facts((await call) as Failure)).toEqual({
      verdict: 'cancelled',
      code: 'CANCELLED',
      phase: 'local',
      sent: 'none',
      reusedSocket: undefined,
    })
    expect(server.opened).toBe(0)
  })

  test('a client that is closed while a picture is counted sends nothing', async () => {
    await using server = await counting()
    await using http = over(make(), server.origin)
    const call = http.outcome({ method: 'POST', path: '/', form: { picture: new Uint8Array(4_000_000) } })
    await new Promise(setImmediate)
    await http.close({ within: 0 })
    expect(await call).toMatchObject({ code: 'CLIENT_CLOSED', phase: 'local', sent: 'none' })
    expect(server.opened).toBe(0)
  })
})

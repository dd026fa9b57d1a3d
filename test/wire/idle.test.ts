import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { virtualClock } from '@penstock/core/testing'
import { status, timeout } from '@penstock/middleware'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A server that sends pieces `every` milliseconds, and falls silent. */
const dripping = (pieces: readonly (string | Buffer)[], every: number, headers = {}) =>
  serving(async (_, response: ServerResponse) => {
    response.on('error', () => {})
    response.writeHead(200, headers).flushHeaders()
    for (const piece of pieces) {
      response.write(piece)
      await pause(every)
    }
  })

onBothTransports((make) => {
  const silent = async (origin: string, stream: boolean) => {
    await using http = over(make(), origin, [timeout({ idle: 150 }), status()])
    const from = performance.now()
    const error = await http
      .get('/', { stream })
      .then((reply) => reply.bytes())
      .catch((error: unknown) => error)
    return { error, took: performance.now() - from }
  }

  test.each([
    ['taken in', false],
    ['streamed', true],
  ])('a silent body that is %s ends after idle, to the millisecond, and its socket with it', async (_, stream) => {
    await using server = await dripping(['{'], 0)
    const { error, took } = await silent(server.origin, stream)
    expect(error).toMatchObject({
      code: 'BODY_IDLE',
      verdict: 'timeout',
      layer: 'timeout',
      phase: 'receive',
      sent: 'all',
    })
    expect(took).toBeGreaterThanOrEqual(150)
    // a library's own timer ticks once a second; what is left is for a busy machine
    expect(took).toBeLessThan(500)
    for (const socket of server.sockets) if (!socket.destroyed) await once(socket, 'close')
  })

  test('a head without a body after it is silence too', async () => {
    await using server = await dripping([], 0)
    expect((await silent(server.origin, false)).error).toMatchObject({ code: 'BODY_IDLE' })
  })

  test('pieces that keep coming take as long as they take', async () => {
    await using server = await serving(async (_, response) => {
      for (let piece = 0; piece < 8; piece++) {
        response.write('x')
        await pause(80)
      }
      response.end()
    })
    await using http = over(make(), server.origin, [timeout({ idle: 400 }), status()])
    expect(await (await http.get('/')).text()).toBe('xxxxxxxx')
  })

  test('encoded bytes are heard before they make a whole piece', async () => {
    const whole = gzipSync(Buffer.alloc(4096, 'ab'))
    const pieces = Array.from({ length: 6 }, (_, at) => whole.subarray(at * 4, at === 5 ? undefined : at * 4 + 4))
    await using server = await serving(async (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      for (const piece of pieces) {
        response.write(piece)
        await pause(60)
      }
      response.end()
    })
    await using http = over(make(), server.origin, [timeout({ idle: 300 }), status()])
    expect(await (await http.get('/')).bytes()).toHaveLength(4096)
  })

  test('a reader who is slow makes no silence', async () => {
    const size = 32 * 1_048_576
    await using server = await serving((_, response) => response.end(Buffer.alloc(size)))
    await using http = over(make(), server.origin, [timeout({ idle: 300 })])
    let bytes = 0
    let paused = false
    for await (const piece of (await http.get('/', { stream: true })).stream()) {
      bytes += piece.length
      if (!paused) await pause(700)
      paused = true
    }
    expect(bytes).toBe(size)
  })

  test('nothing listens any more when a body is over', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    const clock = virtualClock()
    await using http = over(make(), server.origin, [timeout({ idle: 100 }), status()], { clock })
    await http.get('/')
    expect(clock.timers).toBe(0)
  })

  test('it is no reason for another socket', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    let idle = 100
    await using http = over(make(), server.origin, [
      (call, next) =>
        next(call.with({ wire: { idle: { after: idle++, layer: 'a', code: 'BODY_IDLE', verdict: 'timeout' } } })),
    ])
    for (let count = 0; count < 3; count++) {
      await (await http.get('/')).bytes()
      await pause(5)
    }
    expect(server.opened).toBe(1)
  })
})

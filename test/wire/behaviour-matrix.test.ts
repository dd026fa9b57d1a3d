/**
 * What eight HTTP clients were measured to do, and what ours does, row by row, on both transports. Rows that other tests
 * hold over real sockets are listed first, by the titles of those tests.
 */
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type CallError, onceBody } from '@penstock/core'
import { virtualClock } from '@penstock/core/testing'
import { deadline, retry, status, timeout } from '@penstock/middleware'
import { describe, expect, it, test } from 'vitest'
import { holds } from '../support/contracts.ts'
import { closedPort, serving } from '../support/loopback.ts'
import { onBothTransports, over, settled } from '../support/transports.ts'

const elsewhere: readonly (readonly [row: string, file: string, title: string])[] = [
  [
    'a redirect to another origin carries no authorization, cookie, x-api-key or secret parameter',
    'wire/redirect',
    'nothing that belongs to one origin arrives at another: no header, no parameter, no cookie',
  ],
  ['308 is followed', 'wire/redirect', '%d is followed with the method and body it asks for'],
  [
    'a body that can be read once is not sent again, nor empty, by a redirect',
    'wire/redirect',
    'a body that can be read once is not sent again, nor an empty one in its place',
  ],
  [
    'of two Set-Cookie both are there',
    'wire/headers',
    'what came twice is a list, set-cookie always is, and bytes are read as Latin-1',
  ],
  ['of two Set-Cookie both are kept', 'wire/redirect', 'cookies of every hop are kept, both of two'],
  ['no secret is in an error, its message, inspection or JSON', 'wire/secrets', 'after %s'],
  [
    'an abort keeps its reason while the answer is awaited',
    'wire/cut',
    'an abort while waiting for the answer says that all was sent, and the peer sees the socket close',
  ],
  [
    'an abort keeps its reason in a body',
    'wire/cut',
    'an abort in the middle of a body ends the read with its own reason',
  ],
  [
    'a timeout of the caller’s own is told from ours',
    'wire/cut',
    'the reason of an AbortSignal.timeout() comes out as it is',
  ],
  [
    '64 MiB out of 64 KiB of gzip are refused',
    'wire/limits',
    '64 MiB of nothing in 64 KiB of gzip are refused, long before they are unpacked',
  ],
  ['10 000 calls on one signal leave no listener', 'wire/cut', 'ten thousand calls on one signal leave no listener'],
  [
    'a GET on a stale kept socket goes well',
    'wire/keep-alive',
    'a GET on a kept socket that turns out stale goes out again at once, and both trips are in the ledger',
  ],
  [
    'a POST on one that may have arrived is not sent twice',
    'wire/keep-alive',
    'a POST that may have arrived does not go out again',
  ],
  [
    'a POST of which the peer says that it has not looked at it goes well',
    'wire/http2',
    'a stream that the server refuses goes out again, whatever the method: nobody has looked at it',
  ],
  ['HTTP_PROXY of the environment has no effect', 'core/wire-proxy', 'no proxy of the environment is ever used'],
]

it.each(elsewhere)('%s: held by %s', (_, file, title) => {
  expect(holds(readFileSync(join(import.meta.dirname, `../${file}.test.ts`), 'utf8'), title)).toBe(true)
})

onBothTransports((make) => {
  describe('a PUT of a stream that can be read once, answered 503, then 200', () => {
    /** Says 503 once, and writes down what came. */
    async function failingOnce() {
      const bodies: string[] = []
      const server = await serving(async (request, response) => {
        bodies.push((await buffer(request)).toString())
        response.writeHead(bodies.length === 1 ? 503 : 200).end()
      })
      return Object.assign(server, { bodies })
    }
    const pieces = Array.from({ length: 10 }, (_, piece) => Buffer.alloc(100, String(piece)))
    const whole = Buffer.concat(pieces).toString()
    async function* thousand() {
      yield* pieces
    }
    const put = { method: 'PUT', path: '/' }

    test('is sent twice, whole both times', async () => {
      await using server = await failingOnce()
      await using http = over(make(), server.origin, [retry({ delay: 1 }), status()])
      expect((await http.outcome({ ...put, body: onceBody(thousand()) })).verdict).toBe('ok')
      expect(server.bodies).toEqual([whole, whole])
    })

    test('is sent once when it outgrows the buffer, and the 503 is what comes out', async () => {
      await using server = await failingOnce()
      await using http = over(make(), server.origin, [retry({ delay: 1, buffer: 500 }), status()])
      expect(await http.outcome({ ...put, body: onceBody(thousand()) })).toMatchObject({ status: 503 })
      expect(server.bodies).toEqual([whole])
    })
  })

  describe('a body that stalls after its headers', () => {
    /** A call whose headers have come, and whose time stands still. */
    async function stalling(layers: Parameters<typeof over>[2]) {
      const responses = Promise.withResolvers<ServerResponse>()
      const server = await serving((_, response) => {
        response.write('{')
        responses.resolve(response)
      })
      const clock = virtualClock()
      const http = over(make(), server.origin, layers, { clock })
      let ended = false
      const read = http
        .get('/stalls')
        .then((reply) => reply.text())
        .catch((error: unknown) => error)
        .finally(() => (ended = true))
      await responses.promise
      await settled(20)
      return { server, clock, http, read, ended: () => ended }
    }

    test.each([
      ['deadline', [deadline({ after: 300 })], { code: 'CALL_DEADLINE', verdict: 'late' }],
      ['timeout', [timeout({ after: 300 })], { code: 'ATTEMPT_TIMEOUT', verdict: 'timeout' }],
      ['timeout', [timeout({ after: 300 }), status()], { code: 'ATTEMPT_TIMEOUT', verdict: 'timeout' }],
    ])('ends at the %s, to the millisecond, as our own timeout (%#)', async (layer, layers, facts) => {
      const { server, clock, http, read, ended } = await stalling(layers)
      await using _ = server
      await clock.advance(299)
      await settled()
      expect(ended()).toBe(false)
      await clock.advance(1)
      expect(await read).toMatchObject({ ...facts, kind: 'timeout', layer, phase: 'receive', sent: 'all' })
      expect(clock.now()).toBe(300)
      await http.close()
    })
  })

  test('an error names method and URL, without its query, and hands on no error of a library', async () => {
    const origin = `http://127.0.0.1:${await closedPort()}`
    await using http = over(make(), origin)
    const error = (await http.get('/things', { query: { key: 'k' } }).catch((error: unknown) => error)) as CallError
    expect(error).toMatchObject({ code: 'CONNECTION_REFUSED', method: 'GET', url: `${origin}/things` })
    expect(error.message).toMatch(new RegExp(`: GET ${origin}/things$`))
    expect(error.cause).toBeUndefined()
  })

  test('a POST goes to a new socket when the server has closed the kept one: nothing was sent on it', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    await using http = over(make({ connections: 1 }), server.origin)
    await (await http.get('/')).bytes()
    await settled()
    const [kept] = server.sockets
    kept!.end()
    await new Promise((resolve) => kept!.once('close', resolve))
    await settled(20)
    const reply = await http.post('/', { json: 1 })
    expect(reply.ledger.trips.map(({ status, reusedSocket }) => ({ status, reusedSocket }))).toEqual([
      { status: 200, reusedSocket: false },
    ])
    expect(server.opened).toBe(2)
  })
})

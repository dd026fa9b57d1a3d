import { client, pipeline } from '@penstock/core'
import { breaks, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { requestLog, type RequestLogOptions, retry, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

type Told = [what: string, record: object]

function set(options: RequestLogOptions, ...steps: readonly [Step, ...Step[]]) {
  const clock = virtualClock()
  const log = requestLog(options)
  const stack = pipeline([log, retry({ delay: 10, retries: 1 }), status()], scriptedTransport(...steps))
  return { clock, log, http: client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 }) }
}

/** Hooks that write down what they are told. */
function listening(told: Told[]) {
  const hook = (name: string) => (record: object) => void told.push([name, record])
  return { onRequest: hook('request'), onReply: hook('reply'), onError: hook('error'), onRetry: hook('retry') }
}

const about = { id: expect.any(Number), method: 'GET', url: 'https://api.example.com/a' }

describe('requestLog', () => {
  it('tells hooks of a call that goes well after a retry', async () => {
    const told: Told[] = []
    const { http, clock } = set(listening(told), later(3, replies(503)), later(4, replies(200)))
    const reply = http.get('/a', { query: { key: 'canary' }, headers: { 'x-key': 'canary' } })
    await clock.drain()
    await reply
    expect(told).toEqual([
      ['request', about],
      ['retry', { ...about, attempt: 2 }],
      ['reply', { ...about, verdict: 'ok', status: 200, attempts: 2, requests: 2, milliseconds: 12 }],
    ])
  })

  it('tells hooks of a call that fails, with its code', async () => {
    const told: Told[] = []
    const { http } = set(listening(told), replies(429, { 'retry-after': '2' }))
    await http.post('/a', { json: { secret: 'canary' } }).catch(() => {})
    expect(told).toEqual([
      ['request', { ...about, method: 'POST' }],
      [
        'error',
        {
          ...about,
          method: 'POST',
          verdict: 'rate',
          status: 429,
          code: 'STATUS_429',
          attempts: 1,
          requests: 1,
          milliseconds: 0,
          retryAfter: 2000,
        },
      ],
    ])
  })

  it('tells how long a call took, and nothing that there is not', async () => {
    const told: Told[] = []
    const { http, clock } = set(listening(told), later(4, replies(200)))
    await clock.advance(1000)
    const reply = http.get('/a')
    await clock.drain()
    await reply
    expect(told).toStrictEqual([
      ['request', about],
      ['reply', { ...about, verdict: 'ok', status: 200, attempts: 1, requests: 1, milliseconds: 4 }],
    ])
  })

  it('tells the endpoint of a call that has one', async () => {
    const told: Told[] = []
    const { http } = set(listening(told), replies(200, {}, '{}'), breaks('DNS_NOT_FOUND'))
    const any = z.any()
    const endpoint = {
      id: 'things.read',
      method: 'GET',
      path: '/a',
      encoding: 'query',
      input: any,
      output: any,
    } as const
    await http.call(endpoint, {})
    await http.call(endpoint, {}, { layers: { retry: false } }).catch(() => {})
    const known = { ...about, endpoint: 'things.read' }
    const spent = { attempts: 1, requests: 1, milliseconds: 0 }
    expect(told).toStrictEqual([
      ['request', known],
      ['reply', { ...known, verdict: 'ok', status: 200, ...spent }],
      ['request', known],
      ['error', { ...known, verdict: 'network', code: 'DNS_NOT_FOUND', ...spent }],
    ])
  })

  it('tells an answer that nobody judged as a reply', async () => {
    const told: Told[] = []
    const stack = pipeline([requestLog(listening(told))], scriptedTransport(replies(500)))
    await client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() }).get('/a')
    expect(told).toStrictEqual([
      ['request', about],
      ['reply', { ...about, verdict: 'unknown', status: 500, attempts: 1, requests: 1, milliseconds: 0 }],
    ])
  })

  it('says to a logger what it has a method for, and misses no other', async () => {
    const said: string[] = []
    const { http, log } = set({ logger: { info: (_, message) => said.push(message) } }, replies(200), replies(404))
    await http.get('/a')
    await http.get('/a').catch(() => {})
    expect([said, log.dropped]).toEqual([['GET https://api.example.com/a 200'], 0])
  })

  it.each(['request', 'retry', 'reply', 'error'])('tells a hook that is there alone: of a %s', async (what) => {
    const told: Told[] = []
    const only = Object.entries(listening(told)).filter(([name]) => name.toLowerCase() === `on${what}`)
    const { http, clock } = set(Object.fromEntries(only), replies(503), replies(200), replies(404))
    const reply = http.get('/a')
    await clock.drain()
    await reply
    await http.get('/b').catch(() => {})
    expect(new Set(told.map(([name]) => name))).toEqual(new Set([what]))
  })

  it.each<[string, RequestLogOptions]>([
    ['has none of its own', {}],
    ['has another', { onRequest: () => {} }],
  ])('tells the hooks of one call of its attempts and its end where the layer %s', async (_, options) => {
    const told: Told[] = []
    const { http, clock } = set(options, replies(503), replies(500))
    const outcome = http.outcome({ path: '/a', hooks: listening(told) })
    await clock.drain()
    await outcome
    expect(told).toEqual([
      ['request', about],
      ['retry', { ...about, attempt: 2 }],
      ['error', expect.objectContaining({ ...about, status: 500, attempts: 2 })],
    ])
  })

  it('tells the hooks of one call only of that call', async () => {
    const told: Told[] = []
    const { http } = set({}, replies(200))
    await http.get('/a', { hooks: listening(told) })
    await http.get('/b')
    expect(told.map(([what]) => what)).toEqual(['request', 'reply'])
  })

  it('writes one line a call and one an attempt, calling the logger as its own method', async () => {
    const lines: unknown[] = []
    class Logger {
      readonly #lines = lines
      debug(record: object, message: string) {
        this.#lines.push(['debug', (record as { attempt: number }).attempt, message])
      }
      info(_: object, message: string) {
        this.#lines.push(['info', message])
      }
      warn(record: object, message: string) {
        this.#lines.push(['warn', (record as { code: string }).code, message])
      }
    }
    const { http, clock } = set({ logger: new Logger() }, breaks('CONNECTION_RESET'), replies(200), replies(404))
    const reply = http.get('/a')
    await clock.drain()
    await reply
    await http.get('/b').catch(() => {})
    expect(lines).toEqual([
      ['debug', 1, 'attempt 1'],
      ['debug', 2, 'attempt 2'],
      ['info', 'GET https://api.example.com/a 200'],
      ['debug', 1, 'attempt 1'],
      ['warn', 'STATUS_404', 'GET https://api.example.com/b 404'],
    ])
  })

  it('is not disturbed by hooks that throw or reject, and counts them', async () => {
    const throws = () => {
      throw new Error('broken hook')
    }
    const { http, log } = set(
      {
        onRequest: throws,
        onReply: () => Promise.reject(new Error('broken later')),
        logger: { info: throws },
      },
      replies(200),
    )
    expect((await http.get('/a')).status).toBe(200)
    expect(log.dropped).toBe(3)
  })

  it('counts a hook whose promise of another make fails', async () => {
    const thenable = {
      // oxlint-disable-next-line unicorn/no-thenable -- what query builders return
      then: (_: unknown, fails: (error: Error) => void) => fails(new Error('broken later')),
    }
    const { http, log } = set({ onReply: () => thenable as Promise<void> }, replies(200))
    await http.get('/a')
    await new Promise(setImmediate)
    expect(log.dropped).toBe(1)
  })

  it('is told of a bug by nobody, and lets it pass', async () => {
    const told: Told[] = []
    const bug = new TypeError('bug')
    const stack = pipeline([requestLog(listening(told)), () => Promise.reject(bug)], scriptedTransport(replies(200)))
    await expect(client({ pipeline: stack, origin: 'https://api.example.com' }).get('/a')).rejects.toBe(bug)
    expect(told.map(([what]) => what)).toEqual(['request'])
  })
})

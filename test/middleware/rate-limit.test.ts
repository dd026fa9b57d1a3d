import { client, type Endpoint, pipeline } from '@penstock/core'
import { breaks, hangs, later, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { credential, rateLimit, type RateLimitOptions, retry } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { pacedCalls, notesOf, times, within } from '../support/paced-calls.ts'

const ok = replies(200)
const refuse = replies(429)
const refuseFor = (seconds: number) => replies(429, { 'retry-after': `${seconds}` })

const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
const endpoint = (id: string, qps?: number): Endpoint => ({
  id,
  method: 'GET',
  path: '/',
  encoding: 'none',
  input: anything,
  output: anything,
  ...(qps === undefined ? {} : { qps }),
})

describe('rateLimit', () => {
  it('lets the first go at once and the others evenly, the guard included, in the order they came', async () => {
    const { clock, at, paths, send, calls } = pacedCalls()
    const all = Promise.all(times(4, (index) => send({ path: `/?${index}` })))
    await clock.drain()
    await all

    expect([at, paths]).toEqual([
      [0, 210, 420, 630],
      ['/?0', '/?1', '/?2', '/?3'],
    ])
    expect(calls.map((call) => notesOf(call.ledger))).toEqual([
      [],
      [['rateLimit.waits', { wait: 210, ahead: 0 }]],
      [['rateLimit.waits', { wait: 420, ahead: 1 }]],
      [['rateLimit.waits', { wait: 630, ahead: 2 }]],
    ])
  })

  it('leaves room behind the first window, in which sockets are opened, and goes on evenly', async () => {
    const { clock, at, send } = pacedCalls({ limit: 2 })
    const all = Promise.all(times(6, () => send()))
    await clock.drain()
    await all

    expect(at).toEqual([0, 525, 1150, 1675, 2200, 2725])
  })

  it('counts a pause as a pause: no turns are saved up', async () => {
    const { clock, at, send } = pacedCalls()
    await send()
    await clock.advance(5000)
    const all = Promise.all([send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 5000, 5210])
  })

  it('takes its limit from the endpoint, by the second', async () => {
    const { clock, at, http } = pacedCalls({ window: 2000, guard: 0 })
    const one = endpoint('one', 2)
    const all = Promise.all(times(3, () => http.outcome({ path: '/', endpoint: one })))
    await clock.drain()
    await all

    expect(at).toEqual([0, 500, 1000])
  })

  it('prefers the limit it is given', async () => {
    const { clock, at, http } = pacedCalls({ limit: 1, guard: 0 })
    const one = endpoint('one', 2)
    const all = Promise.all(times(2, () => http.outcome({ path: '/', endpoint: one })))
    await clock.drain()
    await all

    expect(at).toEqual([0, 1000])
  })

  it('lets a call pass untouched where nothing limits it', async () => {
    const { at, http, send } = pacedCalls({})
    const one = endpoint('one')
    await Promise.all([...times(3, () => send()), http.outcome({ path: '/', endpoint: one })])

    expect(at).toEqual([0, 0, 0, 0])
  })

  it('counts endpoints, URLs without their query, and credentials apart', async () => {
    const { at, http, send } = pacedCalls()
    await Promise.all([
      http.outcome({ path: '/a', endpoint: endpoint('one') }),
      http.outcome({ path: '/a', endpoint: endpoint('two') }),
      send({ path: '/a?x=1' }),
      send({ path: 'https://other.example.com/a' }),
    ])
    expect(at).toEqual([0, 0, 0, 0])
    const shared = rateLimit({ limit: 5 })
    const clock = virtualClock()
    const sent: number[] = []
    const transport = scriptedTransport(() => (sent.push(clock.now()), replies(200)(undefined as never)))
    const calls = ['a', 'b', 'a'].map((bearer) =>
      client({
        pipeline: pipeline([credential({ bearer }), shared], transport),
        origin: 'https://a.example',
        clock,
      }).get('/'),
    )
    await clock.drain()
    await Promise.all(calls)

    expect(sent).toEqual([0, 0, 210])
  })

  it('counts by a key of one’s own', async () => {
    const { clock, at, send } = pacedCalls({ limit: 5, key: () => 'all' })
    const all = Promise.all([send({ path: '/a' }), send({ path: '/b' })])
    await clock.drain()
    await all

    expect(at).toEqual([0, 210])
  })

  it('takes a turn for every attempt', async () => {
    const { clock, at, send } = pacedCalls(
      { limit: 1, guard: 0 },
      [breaks('DNS_NOT_FOUND', { sent: 'none' }), ok],
      [retry({ delay: 1 })],
    )
    const call = send()
    await clock.drain()
    await call

    expect(at).toEqual([0, 1000])
  })

  it('lets nobody wait who need not, when nobody may', async () => {
    const { clock, at, send } = pacedCalls({ limit: 5, maxQueue: 0 })
    expect(await send()).toMatchObject({ verdict: 'ok' })
    expect(await send()).toMatchObject({ code: 'RATE_WAIT', because: '0 calls wait for a turn already' })
    await clock.advance(210)
    await send()

    expect(at).toEqual([0, 210])
  })

  it('shows its limit in the plan, under its name', () => {
    expect(
      [{ limit: 5 }, { limit: 2, window: 60_000, name: 'pace' }, {}, { redis: 'redis://127.0.0.1:1' }].map((options) =>
        String(pacedCalls(options).stack.plan()),
      ),
    ).toEqual([
      'rateLimit(5 in 1 s) → status → scripted',
      'pace(2 in 60 s) → status → scripted',
      'rateLimit(qps of the endpoint) → status → scripted',
      'rateLimit(qps of the endpoint, on Redis) → status → scripted',
    ])
  })
})

it('rateLimit tells the plan its figures, and that a wait may be of any length', () => {
  const [layer] = pacedCalls({ limit: 5, window: 2000, guard: 10 }).stack.plan().layers
  expect(layer).toMatchObject({ slot: 'pace', traits: { limit: 5, window: 2000, guard: 10, waits: Infinity } })
})

describe('a request that the server refuses as too many', () => {
  it('moves everybody back by what the server asks for, and is noted', async () => {
    const { clock, at, send, calls } = pacedCalls({ limit: 5 }, [refuseFor(3), ok])
    const all = Promise.all([send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 3000])
    expect(notesOf(calls[0]!.ledger)).toEqual([['rateLimit.backs_off', { wait: 3000, guard: 75 }]])
  })

  it('is one piece of news with those that were under way with it', async () => {
    const { clock, at, send, calls } = pacedCalls({ limit: 5 }, [later(300, refuse), later(200, refuse), ok])
    const all = Promise.all([send(), send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 210, 420])
    expect(notesOf(calls[1]!.ledger).slice(1)).toEqual([['rateLimit.backs_off', { wait: 10, guard: 75 }]])
  })

  it('holds the next back the longer, the more were refused before it, by a window at most', async () => {
    const { clock, send, calls } = pacedCalls({ limit: 50 }, [refuse])
    const pauses: unknown[] = []
    for (let turn = 0; turn < 25; turn++) {
      const call = send()
      await clock.drain()
      await call
      pauses.push(notesOf(calls[turn]!.ledger).at(-1)![1])
    }

    expect([pauses[0], pauses[1], pauses[19], pauses[24]]).toEqual([
      { wait: 50, guard: 75 },
      { wait: 100, guard: 100 },
      { wait: 1000, guard: 550 },
      { wait: 1000, guard: 675 },
    ])
  })

  it('widens the guard, up to the window, and what is admitted narrows it again, down to what it was', async () => {
    const { clock, send, calls } = pacedCalls({ limit: 1, guard: 980 }, [refuse, refuse, ok, ok, ok, refuse])
    for (const _ of calls.concat(times(6, () => undefined as never))) {
      const call = send()
      await clock.drain()
      await call
    }
    const guards = calls.flatMap(({ ledger }) =>
      (ledger.notes ?? []).flatMap(({ kind, facts }) => (kind.id === 'rateLimit.backs_off' ? [facts['guard']] : [])),
    )

    expect(guards).toEqual([1000, 1000, 1000])
  })

  it('narrows the guard by 0.08 ms for each that is admitted', async () => {
    const steps = [refuse, ok, ok, refuse] as const
    const { clock, send, calls } = pacedCalls({ limit: 5 }, [...steps])
    for (const _ of steps) {
      const call = send()
      await clock.drain()
      await call
    }

    expect(notesOf(calls[3]!.ledger).at(-1)).toEqual([
      'rateLimit.backs_off',
      { wait: expect.closeTo(214.952), guard: 99.84 },
    ])
  })

  it('teaches nothing when the call never reached the server', async () => {
    const { clock, send, calls } = pacedCalls({ limit: 5 }, [refuse, hangs(), refuse], [within(5000)])
    for (let turn = 0; turn < 3; turn++) {
      const call = send()
      await clock.drain()
      await call
    }

    expect(notesOf(calls[2]!.ledger).at(-1)).toEqual(['rateLimit.backs_off', { wait: 215, guard: 100 }])
  })
})

describe('rateLimit with many keys', () => {
  it('forgets an idle one for a new one, never one that still holds somebody back', async () => {
    const { clock, at, send } = pacedCalls({ limit: 1, guard: 0, keys: 2 })
    await Promise.all([send({ path: '/a' }), send({ path: '/b' }), send({ path: '/c' })])
    const again = send({ path: '/a' })
    await clock.drain()
    await again

    expect(at).toEqual([0, 0, 0, 1000])
  })
})

describe('rateLimit with an endpoint whose qps cannot be', () => {
  it.each([0, -1, NaN, Infinity, '2' as never])('says so before anything is sent: %d', async (qps) => {
    const { at, http } = pacedCalls({})

    await expect(http.outcome({ path: '/', endpoint: endpoint('shop.list', qps) })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `rateLimit: shop.list has qps ${qps}: give a number above zero`,
    })
    expect(at).toEqual([])
  })
})

describe('rateLimit options', () => {
  const redis = 'redis://127.0.0.1:1'

  it.each<RateLimitOptions>([
    { limit: 0.1 },
    { window: 1, guard: 1 },
    { guard: 0 },
    { guard: 1000 },
    { maxQueue: 0 },
    { keys: 1 },
    { redis, processes: 1, alone: 'refuse', prefix: '' },
  ])('may be as small, or as large, as %o', (options) => {
    expect(rateLimit(options).name).toBe('rateLimit')
  })

  it.each<[RateLimitOptions, string]>([
    [{ limit: 0 }, 'limit is 0: give a number above zero'],
    [{ limit: Infinity }, 'limit is Infinity: give a number above zero'],
    [{ limit: '5' as never }, 'limit is 5: give a number above zero'],
    [{ redis, processes: Infinity }, 'processes is Infinity: give a number from 1 up'],
    [{ window: 0 }, 'window is 0: give milliseconds above zero'],
    [{ window: Infinity }, 'window is Infinity: give milliseconds above zero'],
    [{ guard: -1 }, "guard is -1: give milliseconds, the window's at most"],
    [{ guard: 1001 }, "guard is 1001: give milliseconds, the window's at most"],
    [{ maxQueue: -1 }, 'maxQueue is -1: give a number from 0 up'],
    [{ keys: 0 }, 'keys is 0: give a number from 1 up'],
    [{ headers: 'believe' as never }, 'headers is believe: give heed, follow or ignore'],
    [{ redis, prefix: 7 as never }, 'prefix is no text'],
    [{ redis, alone: 'wait' as never }, 'alone is wait: give share or refuse'],
    [{ redis, processes: 0 }, 'processes is 0: give a number from 1 up'],
    [{ redis, headers: 'follow' }, 'headers is follow: processes share a limit that all know, so give it'],
  ])('refuse %o', (options, because) => {
    expect(() => rateLimit(options)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `rateLimit: ${because}` }),
    )
  })
})

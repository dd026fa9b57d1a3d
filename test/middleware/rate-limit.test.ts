import { client, type Endpoint, ledgerOf, type Middleware, pipeline, type Request } from '@penstock/core'
import { breaks, hangs, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { credential, rateLimit, type RateLimitOptions, retry, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const ok = replies(200)
const refuse = replies(429)

/** Calls that note when they reach the transport, by a clock that stands still until told. */
function against(
  options: RateLimitOptions<any> = { limit: 5 },
  steps: readonly [Step, ...Step[]] = [ok],
  outer: readonly unknown[] = [],
) {
  const clock = virtualClock()
  const at: number[] = []
  const paths: string[] = []
  const script = scriptedTransport(...steps)
  const transport = {
    ...script,
    send(call: Parameters<typeof script.send>[0]) {
      at.push(clock.now())
      paths.push(call.path)
      return script.send(call)
    },
  }
  const stack = pipeline([...outer, rateLimit(options), status()] as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
  const send = (request: Partial<Request> = {}) => http.outcome({ path: '/', ...request })
  return { clock, at, paths, http, send, stack, calls: script.calls }
}

const times = <Value>(count: number, make: (index: number) => Value) =>
  Array.from({ length: count }, (_, at) => make(at))
const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind, facts }) => [kind.id, facts]) ?? []
const within =
  (after: number): Middleware =>
  (call, next) =>
    next(call.within({ after, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))

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
    const { clock, at, paths, send, calls } = against()
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

  it('counts a pause as a pause: no turns are saved up', async () => {
    const { clock, at, send } = against()
    await send()
    await clock.advance(5000)
    const all = Promise.all([send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 5000, 5210])
  })

  it('takes its limit from the endpoint, by the second', async () => {
    const { clock, at, http } = against({ window: 2000, guard: 0 })
    const one = endpoint('one', 2)
    const all = Promise.all(times(3, () => http.outcome({ path: '/', endpoint: one })))
    await clock.drain()
    await all

    expect(at).toEqual([0, 500, 1000])
  })

  it('prefers the limit it is given', async () => {
    const { clock, at, http } = against({ limit: 1, guard: 0 })
    const one = endpoint('one', 2)
    const all = Promise.all(times(2, () => http.outcome({ path: '/', endpoint: one })))
    await clock.drain()
    await all

    expect(at).toEqual([0, 1000])
  })

  it('lets a call pass untouched where nothing limits it', async () => {
    const { at, http, send } = against({})
    const one = endpoint('one')
    await Promise.all([...times(3, () => send()), http.outcome({ path: '/', endpoint: one })])

    expect(at).toEqual([0, 0, 0, 0])
  })

  it('counts endpoints, URLs without their query, and credentials apart', async () => {
    const { at, http, send } = against()
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
    const { clock, at, send } = against({ limit: 5, key: () => 'all' })
    const all = Promise.all([send({ path: '/a' }), send({ path: '/b' })])
    await clock.drain()
    await all

    expect(at).toEqual([0, 210])
  })

  it('takes a turn for every attempt', async () => {
    const { clock, at, send } = against(
      { limit: 1, guard: 0 },
      [breaks('DNS_NOT_FOUND', { sent: 'none' }), ok],
      [retry({ delay: 1 })],
    )
    const call = send()
    await clock.drain()
    await call

    expect(at).toEqual([0, 1000])
  })

  it('shows its limit in the plan, under its name', () => {
    expect(
      [against().stack, against({ limit: 2, window: 60_000, name: 'pace' }).stack, against({}).stack].map((stack) =>
        String(stack.plan()),
      ),
    ).toEqual([
      'rateLimit(5 in 1 s) → status → scripted',
      'pace(2 in 60 s) → status → scripted',
      'rateLimit(qps of the endpoint) → status → scripted',
    ])
  })
})

describe('a call that waits for its turn', () => {
  it('rejects with the reason of its caller at once, and those behind move up', async () => {
    const { clock, at, http } = against()
    const over = new AbortController()
    const reason = { why: 'mine' }
    const first = http.get('/')
    const second = http.get('/', { signal: over.signal })
    const third = http.get('/')
    await clock.advance(10)
    over.abort(reason)

    await expect(second).rejects.toBe(reason)
    await clock.drain()
    await Promise.all([first, third])
    expect([at, clock.timers]).toEqual([[0, 210], 0])
  })

  it('leaves its place in the middle to nobody’s harm', async () => {
    const { clock, at, http } = against()
    const over = new AbortController()
    const all = [http.get('/'), http.get('/')]
    const gone = http.get('/', { signal: over.signal }).catch(() => 'gone')
    all.push(http.get('/'))
    await clock.advance(10)
    over.abort()
    expect(await gone).toBe('gone')
    await clock.drain()
    await Promise.all(all)

    expect(at).toEqual([0, 210, 420])
  })

  it('is refused at once when its turn would come with its deadline, and waits when it comes before', async () => {
    const refusing = against({ limit: 5 }, [ok], [within(210)])
    await refusing.send()
    const outcome = await refusing.send()

    expect(outcome).toMatchObject({
      verdict: 'refused',
      code: 'RATE_WAIT',
      layer: 'rateLimit',
      because: 'a wait of 210 ms for a turn does not fit into the 210 ms left',
      retryAfter: 210,
      sent: 'none',
    })
    const waiting = against({ limit: 5 }, [ok], [within(211)])
    await waiting.send()
    const call = waiting.send()
    await waiting.clock.drain()
    expect([(await call).verdict, waiting.at]).toEqual(['ok', [0, 210]])
  })

  it('counts those ahead when it looks at its deadline', async () => {
    const { clock, send } = against({ limit: 5 }, [ok], [within(420)])
    const all = Promise.all([send(), send()])

    expect(await send()).toMatchObject({ code: 'RATE_WAIT', retryAfter: 420 })
    await clock.drain()
    await all
  })

  it('is refused when the queue is full', async () => {
    const { clock, send } = against({ limit: 5, maxQueue: 1, name: 'pace' })
    const all = Promise.all([send(), send()])

    expect(await send()).toMatchObject({
      verdict: 'refused',
      code: 'RATE_WAIT',
      layer: 'pace',
      because: '1 calls wait for a turn already',
      retryAfter: 420,
    })
    await clock.drain()
    expect((await all).map(({ verdict }) => verdict)).toEqual(['ok', 'ok'])
  })

  it('is not begun when it is over already', async () => {
    const { clock, at, send } = against()
    await send()
    const outcome = await send({ signal: AbortSignal.abort('over') })

    expect(outcome).toMatchObject({ verdict: 'cancelled', reason: 'over' })
    expect([at, clock.timers]).toEqual([[0], 0])
  })

  it('is cut when the client is closed', async () => {
    const { clock, http, send } = against({ limit: 1 })
    const all = Promise.all([send(), send(), send()])
    await clock.advance(1)
    const closed = http.close({ within: 5 })
    await clock.advance(5)
    await closed

    expect((await all).map(({ verdict }) => verdict)).toEqual(['ok', 'cancelled', 'cancelled'])
    expect(clock.timers).toBe(0)
  })

  it('holds its turn back when the server refuses one', async () => {
    const { clock, at, send } = against({ limit: 5 }, [later(50, refuse), ok])
    const all = Promise.all([send(), send(), send()])
    await clock.drain()
    await all

    // refused at 50: nobody for a window, then further apart
    expect(at).toEqual([0, 1050, 1265])
  })

  it('is refused when holding it back no longer fits its deadline', async () => {
    const { clock, at, send } = against({ limit: 5 }, [later(50, refuse), ok], [within(1060)])
    const all = Promise.all([send(), send(), send()])
    await clock.advance(50)
    expect(clock.timers).toBe(1)
    await clock.drain()
    const [first, second, third] = await all

    expect([first.verdict, second.verdict, third]).toMatchObject([
      'rate',
      'ok',
      { code: 'RATE_WAIT', because: 'a wait of 1.2 s for a turn does not fit into the 1 s left' },
    ])
    expect(at).toEqual([0, 1050])
  })
})

describe('a request that the server refuses as too many', () => {
  it('moves everybody back by what the server asks for, and is noted', async () => {
    const { clock, at, send, calls } = against({ limit: 5 }, [replies(429, { 'retry-after': '3' }), ok])
    const all = Promise.all([send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 3000])
    expect(notesOf(calls[0]!.ledger)).toEqual([['rateLimit.backs_off', { wait: 3000, guard: 75 }]])
  })

  it('is one piece of news with those that were under way with it', async () => {
    const { clock, at, send, calls } = against({ limit: 5 }, [later(300, refuse), later(200, refuse), ok])
    const all = Promise.all([send(), send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 210, 1300])
    expect(notesOf(calls[1]!.ledger).slice(1)).toEqual([['rateLimit.backs_off', { wait: 890, guard: 75 }]])
  })

  it('widens the guard, up to the window, and what is admitted narrows it again, down to what it was', async () => {
    const { clock, send, calls } = against({ limit: 1, guard: 980 }, [refuse, refuse, ok, ok, ok, refuse])
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

  it('narrows the guard by an eighth of a millisecond for each that is admitted', async () => {
    const steps = [refuse, ok, ok, refuse] as const
    const { clock, send, calls } = against({ limit: 5 }, [...steps])
    for (const _ of steps) {
      const call = send()
      await clock.drain()
      await call
    }

    expect(notesOf(calls[3]!.ledger).at(-1)).toEqual(['rateLimit.backs_off', { wait: 1000, guard: 99.75 }])
  })

  it('teaches nothing when the call never reached the server', async () => {
    const { clock, send, calls } = against({ limit: 5 }, [refuse, hangs(), refuse], [within(5000)])
    for (let turn = 0; turn < 3; turn++) {
      const call = send()
      await clock.drain()
      await call
    }

    expect(notesOf(calls[2]!.ledger).at(-1)).toEqual(['rateLimit.backs_off', { wait: 1000, guard: 100 }])
  })
})

describe('rateLimit with many keys', () => {
  it('forgets an idle one for a new one, never one that still holds somebody back', async () => {
    const { clock, at, send } = against({ limit: 1, guard: 0, keys: 2 })
    await Promise.all([send({ path: '/a' }), send({ path: '/b' }), send({ path: '/c' })])
    const again = send({ path: '/a' })
    await clock.drain()
    await again

    expect(at).toEqual([0, 0, 0, 1000])
  })
})

describe('rateLimit options', () => {
  it.each([
    [{ limit: 0 }, 'limit is 0: give a number above zero'],
    [{ window: 0 }, 'window is 0: give milliseconds above zero'],
    [{ window: Infinity }, 'window is Infinity: give milliseconds above zero'],
    [{ guard: -1 }, "guard is -1: give milliseconds, the window's at most"],
    [{ guard: 1001 }, "guard is 1001: give milliseconds, the window's at most"],
    [{ maxQueue: -1 }, 'maxQueue is -1: give a number from 0 up'],
    [{ keys: 0 }, 'keys is 0: give a number from 1 up'],
  ])('refuse %o', (options, because) => {
    expect(() => rateLimit(options)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `rateLimit: ${because}` }),
    )
  })
})

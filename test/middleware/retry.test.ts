import { Readable } from 'node:stream'
import {
  type Call,
  type CallError,
  bytesBody,
  client,
  ledgerOf,
  type Middleware,
  pipeline,
  Reply,
  sentence,
  type Verdict,
  verdicts,
} from '@penstock/core'
import { breaks, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { retry, status } from '@penstock/middleware'
import { AbortError } from 'p-retry'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { against, notesOf, ok, refusedConnection, reset, story } from '../support/retried.ts'
import { verdict } from '../support/verdict.ts'

const bounded =
  (after: number): Middleware =>
  (call, next) =>
    next(call.within({ after, layer: 'bound', code: 'CALL_DEADLINE', verdict: 'late' }))

describe('what is sent again', () => {
  it('a call that fails and then goes well comes out well, its attempts counted', async () => {
    expect(await story([reset, replies(503), ok])).toEqual({
      notes: [
        { id: 'retry.waits', attempt: 1, wait: 50, code: 'CONNECTION_RESET' },
        { id: 'retry.waits', attempt: 2, wait: 100, code: 'STATUS_503' },
      ],
      attempts: [1, 2, 3],
      verdict: 'ok',
      timers: 0,
    })
  })

  it('a call that goes well at once leaves no note', async () => {
    expect(await story([ok])).toEqual({ notes: [], attempts: [1], verdict: 'ok', timers: 0 })
  })

  it.each(Object.keys(verdicts) as Verdict[])(
    'verdict %s is repeated only where another try may mend it',
    async (given) => {
      const { attempts } = await story([verdict(given), ok])
      expect(attempts).toEqual(verdicts[given].again ? [1, 2] : [1])
    },
  )

  it('a verdict that no other try can mend is passed on without a note', async () => {
    expect(await story([verdict('quota')])).toMatchObject({ notes: [], verdict: 'quota' })
  })

  it('the retries are 3 by default, and the last failure comes out as it came in', async () => {
    const last = breaks('DNS_NOT_FOUND')
    const { notes, attempts, verdict } = await story([reset, reset, reset, last])
    expect({ attempts, verdict, last: notes.at(-1) }).toEqual({
      attempts: [1, 2, 3, 4],
      verdict: 'network',
      last: { id: 'retry.attempts_used', attempt: 4, attempts: 4, code: 'DNS_NOT_FOUND' },
    })
  })

  it.each([
    [0, [1]],
    [1, [1, 2]],
    [2, [1, 2, 3]],
  ])('with retries: %i it makes the attempts %j', async (retries, attempts) => {
    const told = await story([reset], { retries })
    expect(told.attempts).toEqual(attempts)
    expect(told.notes.at(-1)).toEqual({
      id: 'retry.attempts_used',
      attempt: retries + 1,
      attempts: retries + 1,
      code: 'CONNECTION_RESET',
    })
  })

  it.each([
    ['always', reset, 2],
    ['always', replies(503), 2],
    ['unsent', refusedConnection, 2],
    ['unsent', breaks('CONNECTION_RESET', { sent: 'headers' }), 1],
    ['unsent', breaks('CONNECTION_RESET', { sent: 'unknown' }), 1],
    ['unsent', replies(503), 1],
    ['unsent', replies(429), 1],
    ['never', refusedConnection, 1],
    ['never', reset, 1],
  ] as const)(
    'a call that is repeatable %s makes its attempts by what was sent (%#)',
    async (repeatable, step, trips) => {
      const { attempts } = await story([step, ok], {}, { method: 'POST', repeatable })
      // a connection that the peer has refused is replayed once by the core, inside the attempt
      expect(new Set(attempts).size).toBe(trips)
    },
  )

  it.each([
    [reset, { repeatable: 'unsent', sent: 'all', code: 'CONNECTION_RESET' }],
    [breaks('CONNECTION_RESET', { sent: 'part' }), { repeatable: 'unsent', sent: 'part', code: 'CONNECTION_RESET' }],
    [replies(503), { repeatable: 'unsent', sent: 'all', code: 'STATUS_503' }],
  ])('a POST that may have been carried out says why it ends (%#)', async (step, facts) => {
    const { notes } = await story([step, ok], {}, { method: 'POST' })
    expect(notes).toEqual([{ id: 'retry.not_repeatable', attempt: 1, ...facts }])
  })

  it('says once, before the first repeat, that an endpoint is billed for each request', async () => {
    const endpoint = { id: 'a.b', method: 'GET', path: '/', encoding: 'none', billed: 'each' } as never
    const { notes } = await story([reset, reset, ok], {}, { endpoint })
    expect(notes.map(({ id }) => id)).toEqual(['retry.billed', 'retry.waits', 'retry.waits'])
  })

  it.each(['success', 'free', undefined])('says nothing of money when the endpoint is billed: %s', async (billed) => {
    const endpoint = { id: 'a.b', method: 'GET', path: '/', encoding: 'none', billed } as never
    const { notes } = await story([reset, ok], {}, { endpoint })
    expect(notes.map(({ id }) => id)).toEqual(['retry.waits'])
  })

  it('lets go of the body of every reply that is sent again, and of no other', async () => {
    const discarded: number[] = []
    const reply = (number: number, status: number) => () =>
      new Reply(status, {}, { ...bytesBody(Buffer.from('x')), discard: () => discarded.push(number) })
    await story([reply(1, 503), reset, reply(3, 503), reply(4, 503)], { retries: 3 })
    expect(discarded).toEqual([1, 3])
  })
})

describe('the waits', () => {
  const waits = ({ notes }: { notes: readonly { id: string }[] }) =>
    notes.flatMap((note) => (note.id === 'retry.waits' ? [(note as unknown as { wait: number }).wait] : []))

  it('double from the delay and are drawn from zero to the cap, whose jitter stays', async () => {
    const told = await story([reset], { retries: 5, delay: 100, maxDelay: 300, budget: Infinity })
    expect(waits(told)).toEqual([50, 100, 150, 150, 150])
  })

  it('are 100 ms by default, and 20 s at most', async () => {
    const told = await story([reset], { retries: 9, budget: 9 })
    expect(waits(told)).toEqual([50, 100, 200, 400, 800, 1600, 3200, 6400, 10_000])
  })

  it.each([0, 0.25, 0.999])('with chance at %d', async (chance) => {
    const clock = virtualClock()
    const transport = scriptedTransport(reset, ok)
    const http = client({
      pipeline: pipeline([retry(), status()], transport),
      origin: 'https://api.example.com',
      clock,
      chance: () => chance,
    })
    const going = http.get('/')
    await clock.drain()
    expect((await going).ledger.notes!.map(({ facts }) => facts['wait'])).toEqual([chance * 100])
  })

  it('are on top of what the server asks for', async () => {
    const told = await story([replies(429, { 'retry-after': '2' }), replies(503, { 'retry-after': '30' }), ok])
    expect(waits(told)).toEqual([2050, 30_100])
  })

  it('send nothing before the time has come', async () => {
    const transport = scriptedTransport(verdict('rate', 2000), ok)
    const { http, clock } = against(transport)
    const going = http.get('/')
    await clock.advance(2049)
    const before = transport.calls.length
    await clock.advance(1)
    expect([before, transport.calls.length, (await going).status]).toEqual([1, 2, 200])
  })

  it.each([
    [2050, 'rate', 'retry.does_not_fit'],
    [2051, 'ok', 'retry.waits'],
  ])('that do not fit into the %d ms left are not begun', async (after, verdictAfter, note) => {
    let call: Call<any> | undefined
    const keep: Middleware = (given, next) => next((call = given))
    const { outcome } = against(scriptedTransport(verdict('rate', 2000), ok), {}, [keep, bounded(after)])
    const { verdict: given } = await outcome()
    expect([given, notesOf(call!).map(({ id }) => id)]).toEqual([verdictAfter, [note]])
  })

  it('that do not fit end the call at once, with the reply and both numbers', async () => {
    const { http, clock } = against(scriptedTransport(verdict('busy', 60_000)), {}, [bounded(5000)])
    const failure = await http.get('/').catch((error: CallError) => error)
    expect({ at: clock.now(), verdict: (failure as CallError).verdict, notes: notesOf(failure as never) }).toEqual({
      at: 0,
      verdict: 'busy',
      notes: [{ id: 'retry.does_not_fit', attempt: 1, wait: 60_050, left: 5000, code: 'STATUS_200' }],
    })
  })

  it('set no timer of the process', async () => {
    const timer = vi.spyOn(globalThis, 'setTimeout')
    await story([reset, reset, ok])
    expect(timer).not.toHaveBeenCalled()
  })
})

describe('a bug inside', () => {
  it.each([
    ['a TypeError', new TypeError('fetch failed')],
    ['no Error', 'just text'],
    ['undefined', undefined],
    ['an AbortError of p-retry', new AbortError('stop')],
    ['an AbortError of the platform', new DOMException('gone', 'AbortError')],
  ])('passes untouched at the first attempt and at a later one: %s', async (_, bug) => {
    const throws: Step = () => {
      throw bug
    }
    for (const steps of [[throws], [reset, throws, ok]] as const) {
      const transport = scriptedTransport(...(steps as unknown as [Step]))
      const { outcome, clock } = against(transport)
      const thrown = await outcome().then(
        () => 'nothing',
        (error: unknown) => (Object.is(error, bug) ? 'the bug' : error),
      )
      expect({ thrown, trips: transport.calls.length, timers: clock.timers }).toEqual({
        thrown: 'the bug',
        trips: steps.length === 1 ? 1 : 2,
        timers: 0,
      })
    }
  })
})

describe('its story', () => {
  const endpoint = { id: 'a.b', method: 'GET', path: '/', encoding: 'none', billed: 'each' } as never

  it.each([
    [[reset, ok], {}, {}, 'waits 50 ms, then sends again: CONNECTION_RESET', '等待 50 ms 后重发：CONNECTION_RESET'],
    [[reset, ok], {}, { endpoint }, 'every request is billed: a repeat may cost quota', '按请求计费：重发可能消耗额度'],
    [[reset], { retries: 0 }, {}, 'gives up: all 1 attempts are used', '放弃：1 次尝试已用完'],
    [
      [reset],
      {},
      { method: 'POST' },
      'gives up: repeatable unsent, sent all',
      '放弃：repeatable 为 unsent，已发送 all',
    ],
    [
      [reset],
      { buffer: 0 },
      { method: 'PUT', body: Readable.from([Buffer.from('x')]) },
      'gives up: a streamed body of over 0 bytes is spent',
      '放弃：超过 0 字节的流已发送',
    ],
    [[reset], { budget: 0 }, {}, 'gives up: the 0 retries of this origin are spent', '放弃：该源站的 0 次重试已用完'],
  ] as const)('is told in both languages (%#)', async (steps, options, request, en, zh) => {
    const transport = scriptedTransport(...(steps as unknown as [Step]))
    let call: Call<any> | undefined
    const keep: Middleware = (given, next) => next((call = given))
    await against(transport, options, [keep]).outcome(request)
    const { kind, facts } = call!.ledger.notes![0]!
    expect([sentence(kind.en, facts), sentence(kind.zh, facts)]).toEqual([en, zh])
  })

  it('of a wait that does not fit, and of a spent call, is told in both languages', async () => {
    const told: string[] = []
    const clock = virtualClock()
    const keep: Middleware = async (call, next) => {
      const outcome = await next(call)
      for (const { kind, facts } of call.ledger.notes!) told.push(sentence(kind.en, facts), sentence(kind.zh, facts))
      return outcome
    }
    const origin = 'https://api.example.com'
    const fits = pipeline([keep, bounded(1000), retry(), status()] as never, scriptedTransport(verdict('rate', 2000)))
    await client({ pipeline: fits, origin, clock, chance: () => 0 }).outcome({ path: '/' })
    const spent = pipeline([keep, retry(), status()] as never, scriptedTransport(reset))
    await client({ pipeline: spent, origin, clock, maxAttempts: 1 }).outcome({ path: '/' })
    expect(told).toEqual([
      'gives up: 2 s do not fit into the 1 s left',
      '放弃：需等 2 s，仅剩 1 s',
      'gives up: the call has made all its 1 attempts',
      '放弃：本次调用的 1 次尝试已用完',
    ])
  })
})

describe('its options', () => {
  it.each([
    [{ retries: -1 }, 'retry: retries is -1: give a number from zero up'],
    [{ retries: 1.5 }, 'retry: retries is 1.5: give a whole number'],
    [{ retries: Infinity }, 'retry: retries is Infinity: give a whole number'],
    [{ delay: -1 }, 'retry: delay is -1: give a number from zero up'],
    [{ delay: Infinity }, 'retry: delay is Infinity: give a number of milliseconds'],
    [{ maxDelay: NaN }, 'retry: maxDelay is NaN: give a number from zero up'],
    [{ budget: -1 }, 'retry: budget is -1: give a number from zero up'],
    [{ buffer: '3' as never }, 'retry: buffer is 3: give a number from zero up'],
  ])('%j is refused when the factory is called', (options, message) => {
    expect(() => retry(options)).toThrow(
      expect.objectContaining({ name: 'ConfigError', code: 'CONFIG_INVALID', message }),
    )
  })

  it('are told in the plan', () => {
    const { stack } = against(scriptedTransport(ok))
    expect([String(stack.plan()), stack.plan().attempts]).toEqual(['retry(3, 100 ms–20 s) → status → scripted', 4])
  })

  it('say where it stands and what it needs', () => {
    const { slot, calls, verdicts } = retry()
    expect({ slot, calls, verdicts }).toEqual({ slot: 'repeat', calls: 'many', verdicts: 'needs' })
  })

  it('name is what its notes stand under', async () => {
    const { http, clock } = against(scriptedTransport(reset, ok), { name: 'again' })
    const going = http.get('/')
    await clock.drain()
    onTestFinished(() => http.close())
    expect((await going).ledger.notes!.map(({ layer }) => layer)).toEqual(['again'])
  })

  it('name is what its noes stand under, too', async () => {
    const { http } = against(scriptedTransport(reset), { name: 'again', retries: 0 })
    const failure = await http.get('/').catch((error: CallError) => error)
    expect(ledgerOf(failure)!.notes!.map(({ layer }) => layer)).toEqual(['again'])
  })
})

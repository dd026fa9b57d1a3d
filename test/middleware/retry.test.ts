import { Readable } from 'node:stream'
import {
  type Call,
  type CallError,
  bytesBody,
  client,
  ledgerOf,
  type Middleware,
  type Outcome,
  pipeline,
  Reply,
  type Request,
  sentence,
  type Transport,
  type Verdict,
  verdicts,
} from '@penstock/core'
import { breaks, hangs, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { retry, type RetryOptions, status } from '@penstock/middleware'
import { originBudget } from '../../packages/middleware/src/repeat/origin-budget.ts'
import { AbortError } from 'p-retry'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

const reset = breaks('CONNECTION_RESET')
const refusedConnection = breaks('CONNECTION_REFUSED', { phase: 'connect', sent: 'none' })
const ok = replies(200, {}, 'there')
const verdict =
  (given: Verdict, retryAfter?: number): Step =>
  () =>
    new Reply(200, {}, bytesBody(Buffer.from('{}'))).judged({ verdict: given, retryAfter })

/** One call after another against a script, with chance standing at a half. */
function against(transport: Transport, options: RetryOptions<any> = {}, outer: readonly Middleware[] = []) {
  const clock = virtualClock()
  const stack = pipeline([...outer, retry(options), status()] as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
  async function outcome(request: Partial<Request> = {}) {
    const done = http.outcome({ path: '/', ...request })
    await Promise.allSettled([done, clock.drain()])
    return done
  }
  return { http, clock, stack, outcome }
}

/** What one call did: its decisions in order, and the attempt number of each trip. */
async function story(
  steps: readonly [Step, ...Step[]],
  options: RetryOptions<any> = {},
  request: Partial<Request> = {},
) {
  const transport = scriptedTransport(...steps)
  let call: Call<any> | undefined
  const keep: Middleware = (given, next) => next((call = given))
  const { outcome, clock } = against(transport, options, [keep])
  const result = await outcome(request)
  return {
    notes: notesOf(call!),
    attempts: transport.calls.map(({ attempt }) => attempt),
    verdict: result.verdict,
    timers: clock.timers,
  }
}

const notesOf = ({ ledger }: Pick<Call<any>, 'ledger'>) =>
  (ledger.notes ?? []).map(({ kind, attempt, facts }) => ({ id: kind.id, attempt, ...facts }))

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

describe('the budgets', () => {
  it('4 retries an origin, of all its calls together', async () => {
    const transport = scriptedTransport(reset)
    const { outcome } = against(transport)
    await outcome()
    await outcome()
    await outcome()
    expect(transport.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 1, 2, 1])
  })

  it('an empty one is a note', async () => {
    expect((await story([reset], { budget: 1 })).notes).toEqual([
      { id: 'retry.waits', attempt: 1, wait: 50, code: 'CONNECTION_RESET' },
      { id: 'retry.budget_empty', attempt: 2, budget: 1, code: 'CONNECTION_RESET' },
    ])
  })

  it('one origin does not spend that of another', async () => {
    const transport = scriptedTransport(reset)
    const { outcome } = against(transport, { budget: 1 })
    await outcome({ path: 'https://one.example.com/' })
    await outcome({ path: 'https://two.example.com/' })
    expect(transport.calls.length).toBe(4)
  })

  it('is full again when a first attempt goes well', async () => {
    const transport = scriptedTransport(reset, reset, ok, reset, ok)
    const { outcome } = against(transport, { budget: 1 })
    await outcome()
    await outcome()
    await outcome()
    expect(transport.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 1, 2])
  })

  it('is full again when a repeat goes well', async () => {
    const transport = scriptedTransport(reset, ok)
    const { outcome } = against(transport, { budget: 1 })
    await outcome()
    const later = scriptedTransport(reset, ok, reset, ok)
    const again = against(later, { budget: 1 })
    await again.outcome()
    await again.outcome()
    expect(later.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2])
  })

  it('is not filled by a reply that is nobody’s failure', async () => {
    const transport = scriptedTransport(reset, reset, verdict('input'), reset, ok)
    const { outcome } = against(transport, { budget: 1 })
    await outcome()
    await outcome()
    await outcome()
    expect(transport.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 1])
  })

  it('of none repeats nothing', async () => {
    expect((await story([reset, ok], { budget: 0 })).attempts).toEqual([1])
  })

  it('of the call bounds it too, and costs the origin nothing', async () => {
    const transport = scriptedTransport(reset)
    const clock = virtualClock()
    const http = client({
      pipeline: pipeline([retry({ budget: 2 }), status()], transport),
      origin: 'https://api.example.com',
      clock,
      maxAttempts: 2,
    })
    const first = http.get('/').catch((error: CallError) => error)
    await clock.drain()
    const second = http.get('/').catch((error: CallError) => error)
    await clock.drain()
    expect(notesOf((await first) as never).at(-1)).toEqual({
      id: 'retry.call_budget',
      attempt: 2,
      attempts: 2,
      code: 'CONNECTION_RESET',
    })
    await second
    expect(transport.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2])
  })
})

describe('the origins it remembers', () => {
  it('are bounded: the one that began to fail first is forgotten, and has its tokens again', () => {
    const budget = originBudget(1, 2)
    const taken = ['one', 'two', 'one', 'three', 'one', 'two', 'three'].map((origin) => budget.take(origin))
    expect(taken).toEqual([true, true, false, true, true, true, true])
  })

  it('that are full need no room', () => {
    const budget = originBudget(2, 2)
    budget.take('one')
    budget.take('two')
    budget.take('two')
    budget.refill('one')
    budget.take('three')
    expect(budget.take('two')).toBe(false)
  })

  it('are 1024 by default', () => {
    const budget = originBudget(1)
    for (let number = 0; number < 1024; number++) budget.take(`origin ${number}`)
    const remembered = !budget.take('origin 0')
    budget.take('one more')
    expect([remembered, budget.take('origin 0')]).toEqual([true, true])
  })
})

describe('an abort', () => {
  it('while it waits rejects before any time passes, with the caller’s own reason, and leaves nothing', async () => {
    const controller = new AbortController()
    const { http, clock } = against(scriptedTransport(reset, ok), { delay: 60_000 })
    const going = http.get('/', { signal: controller.signal })
    await clock.advance(1)
    const reason = { mine: true }
    controller.abort(reason)
    await expect(going).rejects.toBe(reason)
    expect({ at: clock.now(), timers: clock.timers }).toEqual({ at: 1, timers: 0 })
    expect(ledgerOf(reason)!.notes!.map(({ kind }) => kind.id)).toEqual(['retry.waits'])
  })

  it('while an attempt is under way is not sent again', async () => {
    const controller = new AbortController()
    const transport = scriptedTransport(hangs(), ok)
    const { http, clock } = against(transport)
    const going = http.get('/', { signal: controller.signal })
    await clock.advance(1)
    controller.abort('enough')
    await expect(going).rejects.toBe('enough')
    await clock.drain()
    expect(transport.calls.length).toBe(1)
  })

  it.each([[[] as Step[]], [[reset]]])('does not lose a success that lands at the same time (%#)', async (before) => {
    const controller = new AbortController()
    const lands: Step = (call) => {
      controller.abort()
      return ok(call)
    }
    const run = (call: Call<any>, next: (call: Call<any>) => Promise<Outcome>) =>
      retry().run(call as never, next as never)
    const steps = [...before, lands] as unknown as [Step, ...Step[]]
    const clock = virtualClock()
    // the layer alone, for nobody outside it looks at this signal
    const transport = scriptedTransport(...steps)
    const alone: Transport = {
      name: 'alone',
      send: (call) => run(call.with({ signal: controller.signal }), judged(transport)),
      close: transport.close,
    }
    const going = client({ pipeline: pipeline([], alone), origin: 'https://api.example.com', clock }).get('/')
    await clock.drain()
    expect(await (await going).text()).toBe('there')
  })
})

const judged = (transport: Transport) => async (call: Call<any>) => {
  const outcome = await transport.send(call)
  return outcome.failed ? outcome : outcome.judged({ verdict: 'ok' })
}

it('a wait that the client’s close cuts short ends the call: no inner layer is entered again', async () => {
  let entered = 0
  const inner: Middleware = (call, next) => {
    entered++
    return next(call)
  }
  const clock = virtualClock()
  const stack = pipeline([retry({ delay: 60_000 }), inner, status()] as never, scriptedTransport(reset, ok))
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
  const going = http.outcome({ path: '/' })
  await clock.advance(1)
  const closed = http.close({ within: 0 })
  await clock.advance(0)
  await closed
  expect([await going, entered]).toMatchObject([{ code: 'CLIENT_CLOSED' }, 1])
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

describe('a body from a stream', () => {
  const pieces = ['one ', 'two ', 'three']

  /** Reads as many pieces as it is told, then breaks; when it is not told, reads all and answers with what it read. */
  function reader(...reads: readonly number[]) {
    const got: string[][] = []
    const transport: Transport = {
      name: 'reader',
      close: async () => {},
      async send(call) {
        const most = reads[got.length] ?? Infinity
        const read: string[] = []
        got.push(read)
        const { body } = call
        if (body.kind !== 'once') throw new TypeError(`a ${body.kind} body`)
        const source = body.open()[Symbol.asyncIterator]()
        while (read.length < most) {
          const { done, value } = await source.next()
          if (done) return replies(200, {}, read.join(''))(call)
          read.push(Buffer.from(value).toString())
        }
        return reset(call)
      },
    }
    return { transport, got }
  }

  /** Reads the first piece. */
  async function begin({ body }: Call<any>) {
    if (body.kind !== 'once') throw new TypeError(`a ${body.kind} body`)
    const source = body.open()[Symbol.asyncIterator]()
    await source.next()
  }

  function stream() {
    const closed: string[] = []
    async function* give() {
      try {
        for (const piece of pieces) yield Buffer.from(piece)
        closed.push('read to the end')
      } finally {
        closed.push('closed')
      }
    }
    return { body: give(), closed }
  }

  it('is sent again from what was kept, and then from the rest', async () => {
    const { transport, got } = reader(2, 1, 3)
    const { body, closed } = stream()
    await against(transport).outcome({ method: 'PUT', body })
    expect({ got, closed }).toEqual({
      got: [['one ', 'two '], ['one '], pieces, pieces],
      closed: ['read to the end', 'closed'],
    })
  })

  it('keeps the length that was given', async () => {
    const lengths: unknown[] = []
    const transport: Transport = {
      name: 'length',
      close: async () => {},
      async send(call) {
        lengths.push(call.body.kind === 'once' && call.body.length)
        return lengths.length === 1 ? reset(call) : ok(call)
      },
    }
    const body = { kind: 'once', length: 13, spent: false, open: () => stream().body } as const
    await against(transport).outcome({ method: 'PUT', body })
    expect(lengths).toEqual([13, 13])
  })

  it.each([
    [13, 2],
    [12, 1],
  ])('of 13 bytes with buffer: %d is sent %d times', async (buffer, times) => {
    const { transport, got } = reader(3)
    const { body, closed } = stream()
    await against(transport, { buffer }).outcome({ method: 'PUT', body })
    expect({ times: got.length, closed: closed.at(-1) }).toEqual({ times, closed: 'closed' })
  })

  it('that outgrows the buffer is sent whole all the same', async () => {
    const { transport, got } = reader()
    const { body } = stream()
    const answer = await against(transport, { buffer: 3 }).outcome({ method: 'PUT', body })
    expect({ got, failed: answer.failed }).toEqual({ got: [pieces], failed: false })
  })

  it('that outgrew the buffer is a single attempt: non_replayable', async () => {
    const { transport } = reader(2)
    let call: Call<any> | undefined
    const keep: Middleware = (given, next) => next((call = given))
    await against(transport, { buffer: 5 }, [keep]).outcome({ method: 'PUT', body: stream().body })
    expect(notesOf(call!)).toEqual([{ id: 'retry.non_replayable', attempt: 1, buffer: 5, code: 'CONNECTION_RESET' }])
  })

  it('whose length is known to be too much is not kept', async () => {
    const { transport, got } = reader(1)
    const body = { kind: 'once', length: 14, spent: false, open: () => stream().body } as const
    await against(transport, { buffer: 13 }).outcome({ method: 'PUT', body })
    expect(got.length).toBe(1)
  })

  it('of 16 MiB is kept by default', async () => {
    const { transport, got } = reader(1)
    const body = { kind: 'once', length: 16 * 1024 * 1024, spent: false, open: () => stream().body } as const
    await against(transport).outcome({ method: 'PUT', body })
    expect(got.length).toBe(2)
    const more = reader(1)
    await against(more.transport).outcome({ method: 'PUT', body: { ...body, length: body.length + 1 } })
    expect(more.got.length).toBe(1)
  })

  it('that fails fails again at the same place', async () => {
    async function* broken() {
      yield Buffer.from('one ')
      throw new Error('the disk is gone')
    }
    const seen: string[] = []
    const transport: Transport = {
      name: 'tells',
      close: async () => {},
      async send(call) {
        try {
          if (call.body.kind === 'once')
            for await (const piece of call.body.open()) seen.push(Buffer.from(piece).toString())
        } catch (error) {
          seen.push((error as Error).message)
        }
        return reset(call)
      },
    }
    await against(transport, { retries: 1 }).outcome({ method: 'PUT', body: broken() })
    expect(seen).toEqual(['one ', 'the disk is gone', 'one ', 'the disk is gone'])
  })

  it('is closed when the call ends before it was opened, half read, or waited for', async () => {
    const never: Transport = { name: 'never', close: async () => {}, send: async (call) => refusedConnection(call) }
    const waited = new Readable({ read() {} })
    const unread = Readable.from(['x'])
    const half = stream()
    const waits: Transport = {
      name: 'waits',
      close: async () => {},
      async send(call) {
        void begin(call).catch(() => {})
        return reset(call)
      },
    }
    await against(never, { retries: 1 }).outcome({ method: 'PUT', body: unread })
    await against(waits, { retries: 1 }).outcome({ method: 'PUT', body: waited })
    await against(reader(1, 1).transport, { retries: 1 }).outcome({ method: 'PUT', body: half.body })
    expect([unread.destroyed, waited.destroyed, half.closed]).toEqual([true, true, ['closed']])
  })

  it('stays open while its answer is still being read', async () => {
    const { body, closed } = stream()
    const over: (() => void)[] = []
    const transport: Transport = {
      name: 'duplex',
      close: async () => {},
      async send(call) {
        await begin(call)
        return new Reply(200, {}, { ...bytesBody(Buffer.from('x')), whenOver: (tell) => void over.push(tell) })
      },
    }
    await against(transport).outcome({ method: 'PUT', body, stream: true })
    const during = [...closed]
    for (const tell of over) tell()
    await new Promise((resolve) => setImmediate(resolve))
    expect([during, closed]).toEqual([[], ['closed']])
  })

  it('is closed when a bug is thrown', async () => {
    const { body, closed } = stream()
    const transport: Transport = {
      name: 'bug',
      close: async () => {},
      async send(call) {
        await begin(call)
        throw new RangeError('bug')
      },
    }
    await expect(against(transport).outcome({ method: 'PUT', body })).rejects.toThrow('bug')
    expect(closed).toEqual(['closed'])
  })

  it('does not end for an attempt that is over as if it were whole', async () => {
    const ends: string[] = []
    let first: AsyncIterator<Uint8Array> | undefined
    const transport: Transport = {
      name: 'stale',
      close: async () => {},
      async send(call) {
        if (call.body.kind !== 'once') throw new TypeError('not once')
        const source = call.body.open()[Symbol.asyncIterator]()
        await source.next()
        if (first === undefined) {
          first = source
          return reset(call)
        }
        await first.next().then(
          ({ done }) => ends.push(done ? 'ended' : 'a piece'),
          (error: Error) => ends.push(error.message),
        )
        return ok(call)
      },
    }
    await against(transport).outcome({ method: 'PUT', body: stream().body })
    expect(ends).toEqual(['The body was opened again: an earlier attempt still reads it'])
  })

  it.each([
    [{}, {}, false],
    [{ retries: 0 }, {}, true],
    [{}, { repeatable: 'never' }, true],
  ] as const)('with %j and %j is kept only if it may be sent again', async (options, request, spent) => {
    const seen: boolean[] = []
    const transport: Transport = {
      name: 'looks',
      close: async () => {},
      async send(call) {
        await begin(call)
        seen.push(call.body.kind === 'once' && call.body.spent)
        return ok(call)
      },
    }
    await against(transport, options).outcome({ method: 'PUT', body: stream().body, ...request })
    expect(seen).toEqual([spent])
  })

  it('that is spent when it comes is refused by the core, and not opened', async () => {
    const open = () => {
      throw new RangeError('opened')
    }
    const outcome = await against(scriptedTransport(ok)).outcome({
      method: 'PUT',
      body: { kind: 'once', length: undefined, spent: true, open },
    })
    expect(outcome).toMatchObject({ failed: true, code: 'BODY_SPENT' })
  })

  it('that outgrew the buffer cannot be opened again', async () => {
    const transport: Transport = {
      name: 'twice',
      close: async () => {},
      async send(call) {
        await begin(call)
        await begin(call)
        return ok(call)
      },
    }
    await expect(against(transport, { buffer: 1 }).outcome({ method: 'PUT', body: stream().body })).rejects.toThrow(
      'A body that can be read once was opened twice: a repeater must ask canSend(body)',
    )
  })

  it('cannot be read when the call is over', async () => {
    let source: AsyncIterator<Uint8Array> | undefined
    const transport: Transport = {
      name: 'keeps',
      close: async () => {},
      async send(call) {
        if (call.body.kind === 'once') source = call.body.open()[Symbol.asyncIterator]()
        await source!.next()
        return ok(call)
      },
    }
    await against(transport).outcome({ method: 'PUT', body: stream().body })
    await expect(source!.next()).rejects.toThrow('The body was opened again: an earlier attempt still reads it')
  })

  it('whose iterator has no return() is let go all the same', async () => {
    const body = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: Buffer.from('x') }) }) }
    const { transport } = reader(1, 1)
    const outcome = await against(transport, { retries: 1 }).outcome({ method: 'PUT', body: body as never })
    expect(outcome.verdict).toBe('network')
  })

  it('that can be opened anew is opened anew', async () => {
    let opened = 0
    const open = () => {
      opened++
      return stream().body
    }
    await against(scriptedTransport(reset, ok)).outcome({ method: 'PUT', body: open })
    expect(opened).toBe(2)
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

import { getEventListeners } from 'node:events'
import {
  bytesBody,
  type Call,
  client,
  type Endpoint,
  explain,
  ledgerOf,
  type Middleware,
  onceBody,
  pipeline,
  refused,
  Reply,
  type Request,
} from '@penstock/core'
import {
  breaks,
  hangs,
  later,
  replies,
  scriptedTransport,
  stalls,
  type Step,
  virtualClock,
} from '@penstock/core/testing'
import { deadline, hedge, type HedgeOptions, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const answers = (after: number, text = `after ${after}`) => later(after, replies(200, {}, text))

function against(steps: readonly Step[], options: HedgeOptions<any> = { delay: 50 }, inner: Middleware[] = []) {
  const clock = virtualClock()
  const transport = scriptedTransport(...(steps as [Step]))
  const layers = [deadline({ after: 10_000 }), hedge(options), status(), ...inner]
  const stack = pipeline(layers as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, maxAttempts: 4 })
  const send = (request: Partial<Request> = {}) => http.outcome({ path: '/', ...request })
  /** What came of it, and its text if there is one. */
  async function ended(request: Partial<Request> = {}) {
    const done = send(request)
    await clock.drain()
    const outcome = await done
    return outcome.failed
      ? outcome.code
      : `${outcome.status} ${String(Buffer.from((await outcome.body.read()) as never))}`
  }
  return { clock, http, stack, send, ended, transport, sent: () => transport.calls.length }
}

const notesOf = (call: Call<any> | undefined) => (call!.ledger.notes ?? []).map(({ kind, facts }) => [kind.id, facts])

describe('a second copy', () => {
  it('goes when the first has not answered by the delay, and the first good outcome is the call’s', async () => {
    const { ended, clock, transport } = against([answers(500), answers(20)])
    expect(await ended()).toBe('200 after 20')
    expect(clock.now()).toBe(70)
    expect(transport.calls.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(notesOf(transport.calls[0])).toEqual([
      ['hedge.sends', { wait: 50 }],
      ['hedge.second', { took: 70 }],
    ])
    expect(clock.timers).toBe(0)
  })

  it('is given up when the first answers after all', async () => {
    const { ended, clock, transport } = against([answers(60), hangs()])
    expect(await ended()).toBe('200 after 60')
    expect(clock.now()).toBe(60)
    expect(notesOf(transport.calls[0])).toEqual([
      ['hedge.sends', { wait: 50 }],
      ['hedge.first', { took: 60 }],
    ])
    expect(clock.timers).toBe(0)
  })

  it('never goes when the first answers in time, and nothing is noted', async () => {
    const { ended, clock, transport } = against([answers(49)])
    expect(await ended()).toBe('200 after 49')
    await clock.drain()
    expect([transport.calls.length, notesOf(transport.calls[0]), clock.timers]).toEqual([1, [], 0])
  })

  it('costs a call that does not need it no signal', async () => {
    const { ended, transport } = against([answers(49)])
    await ended()
    expect(transport.calls[0]!.signal).toBeUndefined()
  })

  it('is the last: there is no third', async () => {
    const { ended, sent } = against([hangs()])
    expect(await ended()).toBe('CALL_DEADLINE')
    expect(sent()).toBe(2)
  })

  it('does not go when the delay does not fit the deadline', async () => {
    const { ended, sent } = against([hangs()], { delay: 10_000 })
    expect(await ended()).toBe('CALL_DEADLINE')
    expect(sent()).toBe(1)
  })

  it('shows beside the first in the story of the call', async () => {
    const { http, clock } = against([answers(500), answers(20)])
    const done = http.get('/')
    await clock.drain()
    expect(explain(await done)).toBe(
      [
        'GET https://api.example.com/',
        'ok after 1 attempt, 1 request, 70 ms',
        '    50 ms  #1  hedge          sends a second copy: no answer after 50 ms',
        '    50 ms  ↳   GET https://api.example.com/: ok after 2 attempts, 1 request, 20 ms',
        '    70 ms    #2  wire           200 after 20 ms',
        '    70 ms  #1  wire           CANCELLED in phase wait, sent: all',
        '    70 ms  #1  hedge          the second copy answers after 70 ms: gives up the first',
      ].join('\n'),
    )
  })

  it('finds the layers inside as the first did, however far that has come', async () => {
    const slow: Middleware = async (call, next) => (await call.wait(60)) ?? next(call)
    const { ended, sent } = against([answers(100), answers(10)], { delay: 50 }, [slow])
    expect(await ended()).toBe('200 after 10')
    expect(sent()).toBe(2)
  })
})

describe('two copies', () => {
  const refuses: Step = () => refused('CIRCUIT_OPEN', 'breaker', 'it is open')

  it.each([
    [
      'a failure of the server’s waits for the other',
      [later(60, breaks('CONNECTION_RESET')), answers(20)],
      '200 after 20',
    ],
    ['a reply that another try may mend waits for the other', [later(60, replies(503)), answers(20)], '200 after 20'],
    ['a reply that no other try would mend is the call’s', [later(60, replies(404, {}, 'no')), hangs()], '404 no'],
    ['of two that failed the later one is given', [later(60, replies(503)), later(30, replies(502))], '502 '],
    [
      'a refusal of our own says less than the server',
      [later(60, replies(503, {}, 'down')), later(30, refuses)],
      '503 down',
    ],
    ['a refusal of our own, first, waits too', [later(70, replies(503, {}, 'down')), refuses], '503 down'],
  ])('%s', async (_, steps, expected) => {
    const { ended, clock } = against(steps)
    expect(await ended()).toBe(expected)
    expect(clock.timers).toBe(0)
  })

  it('goes at once when the server fails before the delay', async () => {
    const { ended, clock, transport } = against([later(10, breaks('CONNECTION_RESET')), answers(20)])
    expect(await ended()).toBe('200 after 20')
    expect(clock.now()).toBe(30)
    expect(notesOf(transport.calls[0])).toEqual([
      ['hedge.mends', { code: 'CONNECTION_RESET' }],
      ['hedge.second', { took: 30 }],
    ])
  })

  it.each([
    ['the server asks for time', replies(503, { 'retry-after': '1' })],
    ['it was too much', replies(429)],
    ['another would be told the same', replies(404)],
  ])('go not at once when %s', async (_, step) => {
    const { ended, sent, clock } = against([later(10, step)])
    await ended()
    expect([sent(), clock.timers]).toEqual([1, 0])
  })
})

describe('the loser', () => {
  it('sends nothing any more, also from a function that does not mind being cut', async () => {
    const deaf: Middleware = async (call, next) => {
      if (call.attempt === 1) await timer(call, 300)
      return next(call)
    }
    const { ended, sent, clock } = against([answers(20)], { delay: 50 }, [deaf])
    expect(await ended()).toBe('200 after 20')
    expect([sent(), clock.now()]).toEqual([1, 300])
  })

  it('that answers all the same is discarded', async () => {
    let discarded = 0
    const deaf: Step = async (call) => {
      await timer(call, 100)
      return new Reply(200, {}, { ...bytesBody(Buffer.of()), discard: () => void discarded++ })
    }
    const { ended } = against([deaf, answers(20)])
    expect(await ended()).toBe('200 after 20')
    expect(discarded).toBe(1)
  })

  it('with a body that has stalled ends with it, and the client closes at once', async () => {
    const { http, send, clock } = against([stalls(503), answers(10)], { delay: 50 })
    const done = send()
    await clock.advance(60)
    expect((await done).verdict).toBe('ok')
    await http.close({ within: 0 })
    expect(clock.timers).toBe(0)
  })

  it('is not a failure of the server’s in the eyes of the layers inside', async () => {
    const seen: string[] = []
    const watch: Middleware = async (call, next) => {
      const outcome = await next(call)
      seen.push(`${call.attempt} ${outcome.failed ? `${outcome.verdict} ${outcome.layer}` : outcome.verdict}`)
      return outcome
    }
    const { ended } = against([hangs(), answers(20)], { delay: 50, name: 'twice' }, [watch])
    await ended()
    expect(seen.toSorted()).toEqual(['1 cancelled twice', '2 unknown'])
  })
})

describe('no second copy', () => {
  const billed = { id: 'x', method: 'GET', path: '/', billed: 'each' } as unknown as Endpoint
  it.each([
    ['of what may not be repeated at any time', { method: 'POST', json: {} }],
    ['of what may never be repeated', { repeatable: 'never' }],
    ['of what is billed each time', { endpoint: billed }],
    ['of a body that can be read once', { method: 'PUT', body: onceBody(emptyStream()) }],
  ] as [string, Partial<Request>][])('goes %s', async (_, request) => {
    const { ended, sent, transport } = against([answers(500)])
    expect(await ended(request)).toBe('200 after 500')
    expect([sent(), transport.calls[0]!.branch, notesOf(transport.calls[0])]).toEqual([1, undefined, []])
  })

  it('goes when the call has made all its attempts', async () => {
    const spend: Middleware = (call, next) => {
      while (call.budget.draw());
      return next(call)
    }
    const clock = virtualClock()
    const transport = scriptedTransport(answers(500))
    const stack = pipeline([spend, hedge({ delay: 50 }), status()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, maxAttempts: 3 })
    const done = http.get('/')
    await clock.drain()
    expect((await done).status).toBe(200)
    expect(notesOf(transport.calls[0])).toEqual([['hedge.call_budget', { attempts: 3 }]])
  })

  it('is not counted among the call’s attempts when its origin has none left', async () => {
    const { ended, transport } = against([answers(100)], { delay: 50, budget: 0 })
    await ended()
    expect([transport.calls.length, transport.calls[0]!.budget.left]).toEqual([1, 3])
    expect(notesOf(transport.calls[0])).toEqual([['hedge.budget_empty', { budget: 0 }]])
  })

  it('goes to a slow origin beyond its budget, until a call does well without', async () => {
    let slow = true
    const { ended, sent } = against([(call) => answers(slow ? 100 : 10)(call)], { delay: 50, budget: 2 })
    const copies = async () => {
      const before = sent()
      await ended()
      return sent() - before
    }
    expect([await copies(), await copies(), await copies()]).toEqual([2, 2, 1])
    slow = false
    expect(await copies()).toBe(1)
    slow = true
    expect([await copies(), await copies(), await copies()]).toEqual([2, 2, 1])
  })

  it('goes once the second has drawn the last of the call’s attempts', async () => {
    const { ended, transport } = against([answers(100), answers(10)])
    await ended()
    expect(transport.calls[0]!.budget.left).toBe(2)
  })
})

describe('the delay', () => {
  const delayOf = async ({ http, clock }: ReturnType<typeof against>, path: string) => {
    const before = clock.now()
    const done = http.get(path).catch((error: unknown) => error)
    await clock.drain()
    const { notes = [] } = ledgerOf(await done)!
    return notes.find(({ kind }) => kind.id === 'hedge.sends')?.at ?? clock.now() - before
  }
  const byPath: Step = (call) => answers(Number(call.path.slice(1)))(call)

  it('is the start value until twenty calls were seen, and then what 95 of 100 kept to', async () => {
    const it = against([byPath], { start: 400, budget: Infinity })
    for (let count = 1; count < 20; count++) await delayOf(it, `/${count * 10}`)
    expect(await delayOf(it, '/1000')).toBe(400)
    // of 10, 20 … 190 and 1000 the 19th
    expect(await delayOf(it, '/1000')).toBe(190)
  })

  it('follows the latest 128', async () => {
    const it = against([byPath], { percentile: 0.5, budget: Infinity })
    for (let count = 0; count < 32; count++) await delayOf(it, '/100')
    expect(await delayOf(it, '/900')).toBe(100)
    for (let count = 0; count < 128; count++) await delayOf(it, '/20')
    expect(await delayOf(it, '/900')).toBe(20)
  })

  it('is bounded, however slow the calls are', async () => {
    const it = against([byPath], { start: 5000, maxDelay: 300, budget: Infinity })
    expect(await delayOf(it, '/1000')).toBe(300)
  })

  it('is another for each key, and learns nothing of failures', async () => {
    const it = against([(call) => (call.path === '/bad' ? replies(404)(call) : byPath(call))], {
      key: ({ path }) => path.slice(0, 3),
      start: 500,
      budget: Infinity,
    })
    for (let count = 0; count < 20; count++) await delayOf(it, '/20')
    for (let count = 0; count < 20; count++) await delayOf(it, '/bad')
    expect(await delayOf(it, '/201')).toBe(20)
    expect(await delayOf(it, '/900')).toBe(500)
  })

  it('may be another for one call', async () => {
    const { ended, transport } = against([answers(500), answers(10)], { delay: 300, name: 'twice' })
    await ended({ layers: { twice: { delay: 20 } } })
    expect(transport.calls[0]!.ledger.notes!.map(({ layer, facts }) => [layer, facts])).toEqual([
      ['twice', { wait: 20 }],
      ['twice', { took: 30 }],
    ])
  })
})

describe('an end from outside', () => {
  it('an abort ends both copies before any time passes, with the caller’s own reason', async () => {
    const { http, clock, sent } = against([hangs()])
    const abort = new AbortController()
    const reason = new Error('mine')
    const done = http.get('/', { signal: abort.signal })
    await clock.advance(60)
    expect(sent()).toBe(2)
    abort.abort(reason)
    await expect(done).rejects.toBe(reason)
    expect([clock.now(), clock.timers, getEventListeners(abort.signal, 'abort').length]).toEqual([60, 0, 0])
  })

  it('an abort before the delay leaves no alarm', async () => {
    const { http, clock, sent } = against([hangs()])
    const abort = new AbortController()
    const done = http.get('/', { signal: abort.signal })
    await clock.advance(10)
    abort.abort('enough')
    await expect(done).rejects.toBe('enough')
    expect([clock.timers, sent()]).toEqual([0, 1])
  })

  it('closing the client ends both', async () => {
    const { http, clock } = against([hangs()])
    const done = http.outcome({ path: '/' })
    await clock.advance(60)
    const closed = http.close({ within: 10 })
    await clock.advance(10)
    await closed
    expect(await done).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(clock.timers).toBe(0)
  })

  it('a bug in one comes out untouched, and the other is given up', async () => {
    const bug = new TypeError('a bug')
    const broken: Middleware = (call, next) => {
      if (call.attempt === 2) throw bug
      return next(call)
    }
    const { http, clock } = against([hangs()], { delay: 50 }, [broken])
    const done = http.outcome({ path: '/' }).catch((thrown: unknown) => thrown)
    await clock.advance(50)
    expect(await done).toBe(bug)
    expect(clock.timers).toBe(0)
  })
})

describe('hedge', () => {
  it('says in the plan what it does', () => {
    const { stack } = against([answers(1)], {})
    expect(String(stack.plan())).toContain('hedge(p95)')
    expect(String(against([answers(1)]).stack.plan())).toContain('hedge(after 50 ms)')
    const { traits } = stack.plan().layers[1]!
    expect(traits).toEqual({ attempts: 2, parallel: true, waits: 10_000 })
  })

  it.each([
    [{ delay: -1 }, 'hedge: delay is -1: give a number from zero up'],
    [{ start: NaN }, 'hedge: start is NaN: give a number from zero up'],
    [{ budget: '4' }, 'hedge: budget is 4: give a number from zero up'],
    [{ percentile: 95, name: 'twice' }, 'twice: percentile is 95: give a share above 0 and up to 1, 0.95 say'],
    [{ percentile: 0 }, 'hedge: percentile is 0: give a share above 0 and up to 1, 0.95 say'],
  ])('refuses %j', (options, message) => {
    expect(() => hedge(options as never)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })
})

const timer = ({ clock }: Call<any>, milliseconds: number) =>
  new Promise<void>((resolve) => void clock.setTimer(resolve, milliseconds))

async function* emptyStream(): AsyncGenerator<Uint8Array> {}

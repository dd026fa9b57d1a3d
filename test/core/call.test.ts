import {
  andThen,
  type Call,
  client,
  type ClientOptions,
  explain,
  layer,
  ledgerOf,
  type Next,
  notes,
  Branch,
  Failure,
  type Outcome,
  pipeline,
  type Request,
} from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const origin = 'https://api.example.com'
const bound = (after: number, verdict: 'late' | 'timeout' = 'late') =>
  ({ after, layer: 'bound', code: 'CALL_DEADLINE', verdict }) as const

/** What a layer sees of one call, at a clock that stands at 1000 ms. */
async function look<Seen>(
  looks: (call: Call) => Seen,
  request: Request = { path: '/' },
  options: Partial<ClientOptions> = {},
): Promise<Seen> {
  const clock = virtualClock()
  await clock.advance(1000)
  let seen!: Seen
  const stack = pipeline(
    [
      (call: Call, next: Next) => {
        seen = looks(call)
        return next(call)
      },
    ],
    scriptedTransport(replies(200)),
  )
  await client({ pipeline: stack, origin, clock, ...options }).send(request)
  return seen
}

describe('a call', () => {
  it.each([
    ['/things/{id}', '/things/{id}', { id: 7 }],
    ['/things/{id}?page={page}', '/things/{id}', { id: 7, page: 1 }],
    ['https://other.example/things/{id}?a', '/things/{id}', { id: 7 }],
    ['HTTP://other.example:81/{id}', '/{id}', { id: 7 }],
    ['/to/https://other.example/{id}', '/to/https://other.example/{id}', { id: 7 }],
    ['/things/7', undefined, {}],
  ])('of the path %s names itself %s', async (path, template, params) => {
    expect(await look((call) => call.template, { path, params })).toBe(template)
  })

  it('tells where it goes without what is secret, and by which endpoint', async () => {
    const seen = await look((call) => [call.url, call.endpoint, call.streams, call.attempt, call.remaining()], {
      path: '/a?b=1',
    })
    expect(seen).toEqual([`${origin}/a?b=1`, undefined, false, 1, Infinity])
    expect(await look((call) => call.streams, { path: '/', stream: true })).toBe(true)
  })

  it('knows the endpoint it was made by', async () => {
    const page = {
      id: 'page',
      method: 'GET',
      path: '/page',
      encoding: 'none',
      input: z.any(),
      output: z.any(),
    } as const
    expect(await look((call) => call.endpoint, { path: '/page', endpoint: page })).toBe(page)
  })

  it('draws from the chance of its client', async () => {
    expect(await look((call) => call.chance(), { path: '/' }, { chance: () => 0.25 })).toBe(0.25)
  })

  it('writes down its decisions with its attempt, and under another name where one is given', async () => {
    const says = notes('polite', { waits: ['waits', '等待'] })
    expect(says.waits.id).toBe('polite.waits')
    const seen = await look((call) => {
      call.with({ attempt: 2 }).note(says.waits, { wait: 300 })
      call.note(says.waits, {}, 'mine')
      return call.ledger.notes
    })
    expect(seen).toEqual([
      { at: 0, attempt: 2, layer: 'polite', kind: says.waits, facts: { wait: 300 } },
      { at: 0, attempt: 1, layer: 'mine', kind: says.waits, facts: {} },
    ])
  })

  it('can be given up without a signal of its caller, for no reason then', async () => {
    expect(await look((call) => call.cancelled())).toEqual(
      new Failure('cancelled', 'CANCELLED', 'caller', 'the caller aborted'),
    )
  })

  it('tells in its story what was asked for, one thing changed at a time, in one object for those that ask the same', async () => {
    const layers = { retry: undefined }
    const asks = [
      { path: '/' },
      { path: '/', stream: true },
      { path: '/', stream: false },
      { path: '/', method: 'PATCH' },
      { path: '/', method: 'PATCH', body: 'a' },
      { path: '/', method: 'PATCH', body: 'b' },
      { path: '/', method: 'PATCH', body: 'b', layers },
      { path: '/', method: 'PATCH', body: 'b' },
    ]
    const seen: Call['ledger']['asked'][] = []
    for (const request of asks) seen.push(await look((call) => call.ledger.asked, request))
    expect(seen.map(({ repeatable, body, streams }) => [repeatable, body, streams])).toEqual([
      ['always', 'none', false],
      ['always', 'none', true],
      ['always', 'none', false],
      ['unsent', 'none', false],
      ['unsent', 'text', false],
      ['unsent', 'text', false],
      ['unsent', 'text', false],
      ['unsent', 'text', false],
    ])
    expect(seen.map(({ overrides }) => overrides === layers)).toEqual(asks.map((request) => 'layers' in request))
    expect([seen[4] === seen[5], seen[5] === seen[6], seen[5] === seen[7]]).toEqual([true, false, true])
  })

  it('counts calls up', async () => {
    const ids: number[] = []
    for (const _ of [1, 2]) ids.push(await look((call) => call.id))
    expect(ids[1]! - ids[0]!).toBe(1)
  })

  it('may make ten attempts, or as many as its client says', async () => {
    const left = ({ budget: { attempts, left } }: Call) => [attempts, left]
    expect(await look(left)).toEqual([10, 9])
    expect(await look(left, { path: '/' }, { maxAttempts: 3 })).toEqual([3, 2])
  })

  it('takes attempts while there are any', async () => {
    const drawn = await look(
      ({ budget }) => [budget.draw(), budget.drawn, budget.draw(), budget.drawn, budget.left],
      {
        path: '/',
      },
      { maxAttempts: 2 },
    )
    expect(drawn).toEqual([true, 2, false, 2, 0])
  })

  it('copies itself with one thing changed, and stays as it was', async () => {
    const [before, header, headers, wire] = await look((call) => [
      call.headers,
      call.withHeader('x-a', '1').withHeader('x-b', '2').headers,
      call.withHeader('x-a', '1').withHeaders({ 'x-c': '3' }).headers,
      call.withWire({ idle: bound(5) }).wire,
    ])
    expect([before, header, headers, wire]).toEqual([
      {},
      { 'x-a': '1', 'x-b': '2' },
      { 'x-c': '3' },
      { idle: bound(5) },
    ])
  })

  it('adds gifts to those it has', async () => {
    const contexts = await look((call) => [
      call.context,
      call.giving({ a: 1 }).context,
      call.giving({ a: 1, b: 1 }).giving({ b: 2 }).context,
      call.giving({ a: 1 }).withHeaders({}, { b: 2 }).context,
      call.giving({ a: 1 }).withHeaders({}).context,
      call.withHeaders({}).context,
    ])
    expect(contexts).toEqual([{}, { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }, {}])
  })
})

describe('a bound', () => {
  it('counts from now, or from when it is told', async () => {
    const seen = await look((call) => [
      call.within(bound(50)).deadlineAt,
      call.within(bound(50), 900).deadlineAt,
      call.within(bound(50)).remaining(),
    ])
    expect(seen).toEqual([1050, 950, 50])
  })

  it('that is no earlier changes nothing', async () => {
    const [same, other] = await look((call) => {
      const first = call.within(bound(50))
      return [first.within(bound(50)) === first, first.within(bound(49)) === first]
    })
    expect([same, other]).toEqual([true, false])
  })

  it('of the whole call is in its ledger, one of an attempt is not', async () => {
    expect(await look((call) => (call.within(bound(50)), call.ledger.deadline))).toBe(50)
    expect(await look((call) => (call.within(bound(50, 'timeout')), call.ledger.deadline))).toBeUndefined()
  })

  it('is over at its very millisecond', async () => {
    const [inTime, late] = await look((call) => [
      call.within(bound(50), 951).over(),
      call.within(bound(50), 950).over(),
    ])
    expect(inTime).toBeUndefined()
    expect(late).toEqual(new Failure('late', 'CALL_DEADLINE', 'bound', '50 ms were over'))
  })
})

describe('a call that is over', () => {
  it('says that its caller aborted, and why, and not what else was over', async () => {
    const controller = new AbortController()
    let over: Failure | undefined
    const stack = pipeline(
      [
        async (call: Call): Promise<Outcome> => {
          controller.abort('left')
          return (over = call.within(bound(0)).over()!)
        },
      ],
      scriptedTransport(replies(200)),
    )
    const http = client({ pipeline: stack, origin, clock: virtualClock() })
    await expect(http.get('/', { signal: controller.signal })).rejects.toBe('left')
    expect(over).toEqual(new Failure('cancelled', 'CANCELLED', 'caller', 'the caller aborted', { reason: 'left' }))
  })

  it('in a branch that was cut says why, the call itself is not', async () => {
    const cut = new Failure('cancelled', 'CANCELLED', 'race', 'another was first')
    const over = await look((call) => {
      const branch = new Branch(call)
      const copy = call.with({ branch })
      branch.cut(cut)
      return [call.over(), copy.over()]
    })
    expect(over).toEqual([undefined, cut])
  })
})

describe('notes of a request', () => {
  const says = notes('found', { size: ['{count} pages', '{count} 页'] })

  it('are in its story from the first', async () => {
    const http = client({ pipeline: pipeline([], scriptedTransport(replies(200))), origin, clock: virtualClock() })
    const result = await http.get('/', { notes: [{ kind: says.size, facts: { count: 3 } }] })
    expect(ledgerOf(result)!.notes).toEqual([
      { at: 0, attempt: 1, layer: 'found', kind: says.size, facts: { count: 3 } },
    ])
    expect(explain(result)).toContain('3 pages')
  })
})

describe('the level of a call', () => {
  const level = (request: Request, options?: Partial<ClientOptions>) =>
    look(({ ledger }) => ledger.level, request, options)

  it('is its own, or its client’s, or errors', async () => {
    expect([
      await level({ path: '/' }),
      await level({ path: '/' }, { diagnose: 'off' }),
      await level({ path: '/', diagnose: 'all' }, { diagnose: 'off' }),
    ]).toEqual(['errors', 'off', 'all'])
  })
})

describe('a call made on behalf of another', () => {
  /** The inner call of one whose clock stands at 1000 ms and which has 80 ms left; the inner clock stands at 0. */
  async function inner(request: Partial<Request> = {}, outerSignal?: AbortSignal) {
    let seen!: Call
    const prices = scriptedTransport((call) => ((seen = call), replies(200)(call)))
    const other = client({ pipeline: pipeline([], prices), origin, clock: virtualClock() })
    const clock = virtualClock()
    await clock.advance(1000)
    const asks = async (call: Call, next: Next) => {
      const priced = call.within(bound(80))
      await other.outcome({ path: '/price', parent: priced, ...request })
      return next(call)
    }
    const http = client({ pipeline: pipeline([asks], scriptedTransport(replies(200))), origin, clock })
    const result = await http.get('/', outerSignal && { signal: outerSignal })
    return { seen, ledger: ledgerOf(result)! }
  }

  it('has as long as that one, by its own clock, and its bound', async () => {
    const { seen } = await inner()
    expect([seen.deadlineAt, seen.bound]).toEqual([80, bound(80)])
  })

  it('draws on the budget of that one', async () => {
    const { seen, ledger } = await inner()
    expect([seen.budget === ledger.budget, seen.budget.drawn]).toEqual([true, 2])
  })

  it('has the signal of that one, its own, both or none', async () => {
    const [own, outer] = [new AbortController().signal, new AbortController().signal]
    expect((await inner()).seen.signal).toBeUndefined()
    expect((await inner({ signal: own })).seen.signal).toBe(own)
    expect((await inner({}, outer)).seen.signal).toBe(outer)
    const both = (await inner({ signal: own }, outer)).seen.signal
    expect([both === own, both === outer, both!.aborted]).toEqual([false, false, false])
  })
})

describe('the time of a call', () => {
  const ticking = () => {
    let time = 0
    return { ...virtualClock(), now: () => time++ }
  }

  it('stands until it first waits, and is read from the clock from then on', async () => {
    const seen: number[] = []
    async function waits(call: Call, next: Next): Promise<Outcome> {
      const began = call.ledger.startedAt
      seen.push(call.now() - began, call.now() - began, call.remaining())
      await Promise.resolve()
      const later = call.now()
      seen.push(call.now() - later, later - call.clock.now())
      return next(call)
    }
    const bounded = (call: Call, next: Next) => next(call.within(bound(500)))
    const stack = pipeline([bounded, waits], scriptedTransport(replies(200)))
    await client({ pipeline: stack, origin, clock: ticking() }).get('/')
    expect(seen).toEqual([0, 0, 499, 1, -2])
  })

  it('is read from the clock for a copy that goes its own way', async () => {
    const clock = virtualClock()
    let passed: number | undefined
    async function goes(call: Call, next: Next): Promise<Outcome> {
      const copy = call.with({ ledger: call.ledger.fork() })
      await clock.advance(30)
      passed = copy.now() - call.ledger.startedAt
      return next(call)
    }
    await client({ pipeline: pipeline([goes], scriptedTransport(replies(200))), origin, clock }).get('/')
    expect(passed).toBe(30)
  })

  it('stands again while layers do what comes after an outcome, and no longer', async () => {
    const times: number[] = []
    const looks = async (outcome: Outcome, call: Call) => {
      times.push(call.now(), call.now())
      await Promise.resolve()
      times.push(call.now(), call.now())
      return outcome
    }
    const looking = (name: string) => layer({ name, slot: 'observe', run: (call, next) => andThen(next, call, looks) })
    const http = client({
      pipeline: pipeline([looking('looking')], scriptedTransport(replies(200))),
      origin,
      clock: ticking(),
    })
    for (let call = 0; call < 66; call++) await http.get('/')
    const [first, second, third, fourth] = times.slice(-4) as [number, number, number, number]
    expect([second - first, third - second, fourth - third]).toEqual([0, 1, 1])
  })
})

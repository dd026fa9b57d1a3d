/** What a ledger keeps, and what it does not. */
import {
  type Call,
  client,
  type ClientOptions,
  Failure,
  layer,
  ledgerOf,
  type Middleware,
  notes,
  pipeline,
  Secret,
  type Trip,
} from '@penstock/core'
import { breaks, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const origin = 'https://api.example.com'

/** The ledger of one call at a clock that stands at 1000 ms, once a layer has had it. */
async function ledgerAfter(
  looks: (call: Call) => unknown,
  { step = replies(200), path = '/a', ...options }: Partial<ClientOptions> & { step?: Step; path?: string } = {},
) {
  const clock = virtualClock()
  await clock.advance(1000)
  let seen!: Call
  const does: Middleware = async (call, next) => {
    seen = call
    await looks(call)
    return next(call)
  }
  const http = client({ pipeline: pipeline([does], scriptedTransport(step)), origin, clock, ...options })
  const done = http.get(path).catch(() => undefined)
  await clock.drain()
  await done
  return seen.ledger
}

const nothing = () => {}

describe('a ledger', () => {
  it('shows its URL without the query, and compares with it', async () => {
    const ledger = await ledgerAfter(nothing, { path: '/a?b=1' })
    expect([ledger.url, ledger.address, ledger.method, ledger.endpoint]).toEqual([
      `${origin}/a`,
      `${origin}/a?b=1`,
      'GET',
      undefined,
    ])
    expect((await ledgerAfter(nothing)).url).toBe(`${origin}/a`)
  })

  it('shows its own URL, whichever was asked for before', async () => {
    const ledgers = [
      await ledgerAfter(nothing, { path: '/a?b=1' }),
      await ledgerAfter(nothing, { path: '/a?b=1', origin: 'https://other.example.com' }),
      await ledgerAfter(nothing, { path: '/b', origin: 'https://other.example.com' }),
    ]
    const shown = [`${origin}/a`, 'https://other.example.com/a', 'https://other.example.com/b']
    for (let times = 0; times < 2; times++) expect(ledgers.map(({ url }) => url)).toEqual(shown)
    for (const [index, { url }] of ledgers.entries())
      expect([url, ledgers[index]!.url]).toEqual([shown[index], shown[index]])
  })

  it('keeps what chance gave, a thousand draws at most, and none at level off', async () => {
    let drawn = 0
    const chance = () => ++drawn / 10_000
    const draws = (call: Call) => {
      for (let count = 0; count < 1001; count++) call.chance()
    }
    const ledger = await ledgerAfter(draws, { chance })
    expect([ledger.draws!.length, ledger.draws![0], ledger.draws![999], drawn]).toEqual([1000, 0.0001, 0.1, 1001])
    expect((await ledgerAfter(draws, { chance, diagnose: 'off' })).draws).toBeUndefined()
    expect((await ledgerAfter(nothing, { chance })).draws).toBeUndefined()
  })

  it('counts attempts and requests at any level, and keeps requests from errors up', async () => {
    const about = async (diagnose: 'off' | 'errors') => {
      const { attempts, requests, trips, endedAt, verdict, timed } = await ledgerAfter(nothing, { diagnose })
      return [attempts, requests, trips.length, endedAt, verdict, timed]
    }
    expect(await about('errors')).toEqual([1, 1, 1, 1000, 'unknown', true])
    expect(await about('off')).toEqual([1, 1, 0, undefined, 'unknown', false])
  })

  it('at level off that a layer has timed keeps how requests ended, and nothing that was sent or came', async () => {
    const ledger = await ledgerAfter((call) => (call.ledger.timed = true), { diagnose: 'off' })
    const [trip] = ledger.trips
    expect([trip!.status, trip!.took, trip!.timeline, trip!.headers, trip!.credentials]).toEqual([
      200,
      0,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('notes nothing at level off', async () => {
    const says = notes('polite', { waits: ['waits', '等待'] })
    const noting = (call: Call) => call.note(says.waits)
    expect((await ledgerAfter(noting, { diagnose: 'off' })).notes).toBeUndefined()
    expect((await ledgerAfter(noting)).notes).toEqual([
      { at: 0, attempt: 1, layer: 'polite', kind: says.waits, facts: {} },
    ])
  })

  it('has a copy that goes its own way among its children once, and none at level off', async () => {
    const forks = ({ ledger }: Call) => ledger.fork()
    const ledger = await ledgerAfter((call) => {
      forks(call)
      call.ledger.adopt(call.ledger.children![0]!)
    })
    const [copy, other] = ledger.children!
    expect([ledger.children!.length, copy!.forkOf === ledger, copy!.budget === ledger.budget]).toEqual([1, true, true])
    expect([copy!.method, copy!.url, copy!.level, copy!.id > ledger.id, other]).toEqual([
      'GET',
      `${origin}/a`,
      'errors',
      true,
      undefined,
    ])
    expect((await ledgerAfter(forks, { diagnose: 'off' })).children).toBeUndefined()
    for (const verdict of ['cancelled', 'network'] as const) copy!.settle(verdict)
    expect([copy!.verdict, copy!.reason, copy!.end]).toEqual(['network', undefined, undefined])
  })

  it('ends with who failed, and with nothing after what went well', async () => {
    const failed = await ledgerAfter(nothing, { step: breaks('CONNECTION_RESET') })
    expect([failed.verdict, failed.end]).toMatchObject([
      'network',
      { code: 'CONNECTION_RESET', layer: 'scripted', status: undefined, vendorCode: undefined, meaning: undefined },
    ])
    expect((await ledgerAfter(nothing)).end).toBeUndefined()
  })

  it('ends with what the server answered when that is judged a failure, and with nothing when it is judged well', async () => {
    const judged = async (code: number) => {
      const http = client({ pipeline: pipeline([status()], scriptedTransport(replies(code))), origin })
      return ledgerOf(await http.get('/').catch((error: unknown) => error))!
    }
    expect((await judged(503)).end).toEqual({
      code: 'STATUS_503',
      layer: 'server',
      because: 'the server answered 503',
      status: 503,
      vendorCode: undefined,
      requestId: undefined,
      meaning: undefined,
      advice: undefined,
    })
    const well = await judged(200)
    expect([well.verdict, well.end]).toEqual(['ok', undefined])
  })

  it('counts the highest attempt, and keeps every request in its order, with how long it took', async () => {
    const clock = virtualClock()
    const repeats = layer({
      name: 'repeats',
      slot: 'repeat',
      calls: 'many',
      async run(call, next) {
        await call.wait(5)
        await next(call.with({ attempt: 3 }))
        return next(call.with({ attempt: 2 }))
      },
    })
    const made = pipeline([repeats], scriptedTransport(later(10, breaks('CONNECTION_RESET')), later(20, replies(200))))
    const done = client({ pipeline: made, origin, clock }).get('/')
    await clock.drain()
    const { attempts, requests, trips } = ledgerOf(await done)!
    expect([attempts, requests]).toEqual([3, 2])
    expect(trips.map(({ attempt, at, took, status: code }) => [attempt, at, took, code])).toEqual([
      [3, 5, 10, undefined],
      [2, 15, 20, 200],
    ])
  })

  it('keeps the reason of a caller that aborted, and of nobody else', async () => {
    const gives = (verdict: 'cancelled' | 'network') => () =>
      new Failure(verdict, 'GONE', 'wire', 'it went', { reason: 'mine' })
    expect((await ledgerAfter(nothing, { step: gives('cancelled') })).reason).toBe('mine')
    expect((await ledgerAfter(nothing, { step: gives('network') })).reason).toBeUndefined()
  })

  it('has a span a layer at the levels all and wire, set in by its depth', async () => {
    const spans = async (diagnose: 'errors' | 'all' | 'wire') =>
      (await ledgerAfter((call) => call.wait(5), { diagnose })).spans?.map(({ depth, from, to }) => [depth, from, to])
    expect(await spans('errors')).toBeUndefined()
    for (const level of ['all', 'wire'] as const)
      expect(await spans(level)).toEqual([
        [0, 0, 5],
        [1, 5, 5],
      ])
  })
})

describe('a request that was sent', () => {
  it('is told with what it carried by name, and with what came', async () => {
    const clock = virtualClock()
    const script = scriptedTransport(replies(201, { 'x-a': '1' }))
    const http = client({ pipeline: pipeline([], script), origin, clock })
    const result = await http.get('/', { headers: { authorization: 'Bearer abc' } })
    const [trip] = ledgerOf(result)!.trips
    expect([trip!.attempt, trip!.at, trip!.transport, trip!.status, trip!.code, trip!.phase, trip!.sent]).toEqual([
      1,
      0,
      'scripted',
      201,
      undefined,
      'receive',
      'all',
    ])
    expect([trip!.headers, trip!.failure, trip!.credentials!.length]).toEqual([{ 'x-a': '1' }, undefined, 1])
  })

  it('has sent nothing as far as is known, until its answer is here', async () => {
    let seen: unknown
    await ledgerAfter(nothing, {
      step: (call) => {
        const [{ phase, sent, took } = {}] = call.ledger.trips as [Trip?]
        seen = [phase, sent, took]
        return replies(200)(call)
      },
    })
    expect(seen).toEqual(['local', 'none', undefined])
  })

  it('names the parameters that were secret too', async () => {
    const http = client({ pipeline: pipeline([], scriptedTransport(replies(200))), origin, clock: virtualClock() })
    const result = await http.get('/', { query: { key: new Secret('key', 'abc'), page: 1 } })
    expect(ledgerOf(result)!.trips[0]!.credentials).toEqual([{ in: 'query', name: 'key' }])
  })

  it('and failed is told with the failure, as it came', async () => {
    const { trips } = await ledgerAfter(nothing, { step: breaks('CONNECTION_RESET', { phase: 'wait', sent: 'all' }) })
    expect([trips[0]!.code, trips[0]!.phase, trips[0]!.sent, trips[0]!.failure!.code, trips[0]!.headers]).toEqual([
      'CONNECTION_RESET',
      'wait',
      'all',
      'CONNECTION_RESET',
      undefined,
    ])
  })

  it('takes what a judge read of its body, which without a request is read of nothing', async () => {
    const said = { kind: 'html' } as const
    const ledger = await ledgerAfter((call) => call.ledger.read(said))
    expect(ledger.trips[0]!.body).toBeUndefined()
    ledger.read(said)
    expect(ledger.trips[0]!.body).toBe(said)
  })
})

import { client, ConfigError, type Endpoint, Failure, ledgerOf, pipeline, type Request } from '@penstock/core'
import {
  breaks,
  hangs,
  later,
  replies,
  scriptedTransport,
  seeded,
  type Step,
  virtualClock,
} from '@penstock/core/testing'
import { credential, quota, type QuotaOptions, type QuotaUse, retry, status, type Store } from '@penstock/middleware'
import { periods } from '../../packages/middleware/src/quota/period.ts'
import { describe, expect, it } from 'vitest'

const ok = replies(200)
const hour = 3_600_000
const usedUp: Step = async (call) =>
  ((await ok(call)) as { judged: Function }).judged({ verdict: 'quota', code: 'DAILY_QUOTA' })

/** Noon of the first of January in UTC, on a clock that stands still. */
function against(
  options: QuotaOptions<any>,
  steps: readonly [Step, ...Step[]] = [ok],
  { outer = [], date = Date.UTC(2026, 0, 1, 12) }: { outer?: readonly unknown[]; date?: number } = {},
) {
  const clock = virtualClock(date)
  const transport = scriptedTransport(...steps)
  const budget = quota(options)
  const stack = pipeline([...outer, budget, status()] as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: seeded(1) })
  const send = (request: Partial<Request> = {}) => http.outcome({ path: '/', ...request })
  /** One after the other: what they came to. */
  async function codes(count: number, request: Partial<Request> = {}) {
    const found: string[] = []
    for (let made = 0; made < count; made++) found.push((await send(request)).code)
    return found
  }
  return { clock, budget, http, send, codes, calls: transport.calls }
}

const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
const endpoint = (id: string, billed?: Endpoint['billed']): Endpoint => ({
  id,
  method: 'GET',
  path: '/',
  encoding: 'none',
  input: anything,
  output: anything,
  ...(billed === undefined ? {} : { billed }),
})
const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind, facts }) => [kind.id, facts]) ?? []

describe('quota', () => {
  it('sends as many as a day has, refuses the rest at once, and says when there are more', async () => {
    const { send, codes, calls } = against({ limit: 2 })
    expect(await codes(2)).toEqual(['STATUS_200', 'STATUS_200'])
    const refused = (await send()) as Failure

    expect([calls.length, refused.verdict, refused.code, refused.layer]).toEqual([2, 'refused', 'QUOTA_SPENT', 'quota'])
    expect(refused.because).toBe('2 of 2 calls are used: free again at 2026-01-02T00:00:00.000Z')
    expect(refused.retryAfter).toBe(12 * hour)
  })

  it('notes a refusal with its numbers', async () => {
    const { http, codes } = against({ limit: 1, warnAt: 1 })
    const reply = await http.get('/')
    await codes(1)
    const error = await http.get('/').catch((caught: unknown) => caught)

    expect([notesOf(reply), notesOf(error)]).toEqual([
      [['quota.warns', { used: 1, limit: 1 }]],
      [['quota.spent', { used: 1, limit: 1 }]],
    ])
  })

  it('begins anew at midnight of its zone', async () => {
    const { clock, codes, budget } = against({ limit: 1, zone: 'Asia/Shanghai' })
    expect(await codes(2)).toEqual(['STATUS_200', 'QUOTA_SPENT'])
    expect(budget.used()).toEqual([
      { key: ' https://api.example.com/', used: 1, limit: 1, resetsAt: Date.UTC(2026, 0, 1, 16), parkedUntil: 0 },
    ])
    await clock.advance(4 * hour - 1)
    expect(await codes(1)).toEqual(['QUOTA_SPENT'])
    await clock.advance(1)
    expect(budget.used()).toEqual([])

    expect(await codes(2)).toEqual(['STATUS_200', 'QUOTA_SPENT'])
  })

  it.each([
    ['one that has 23 hours', 'Europe/Berlin', '2026-03-29T10:00Z', '2026-03-29T22:00:00.000Z'],
    ['one that has 25 hours', 'Europe/Berlin', '2026-10-25T10:00Z', '2026-10-25T23:00:00.000Z'],
    ['one whose next has no midnight', 'Africa/Cairo', '2026-04-23T10:00Z', '2026-04-23T22:00:00.000Z'],
    ['one of a zone by half an hour', 'Asia/Kolkata', '2026-01-01T18:29Z', '2026-01-01T18:30:00.000Z'],
  ])('ends a day where it ends: %s', async (_, zone, at, reset) => {
    const { codes, budget } = against({ limit: 1, zone }, [ok], { date: Date.parse(at) })
    await codes(1)

    expect(budget.used().map(({ resetsAt }) => new Date(resetsAt).toISOString())).toEqual([reset])
  })

  it('a budget in all has no reset', async () => {
    const { clock, codes, send } = against({ limit: 1, per: 'total' })
    expect(await codes(2)).toEqual(['STATUS_200', 'QUOTA_SPENT'])
    await clock.advance(1000 * hour)
    const { because, retryAfter } = (await send()) as Failure

    expect([because, retryAfter]).toEqual(['1 of 1 calls are used', undefined])
  })

  it('never has more under way than is left', async () => {
    const { clock, send, calls, budget } = against({ limit: 2 }, [later(100, ok)])
    const all = Promise.all([send(), send(), send()])
    await clock.advance(0)
    expect([calls.length, budget.used()[0]!.used]).toEqual([2, 2])
    await clock.drain()

    expect((await all).map(({ code }) => code)).toEqual(['STATUS_200', 'STATUS_200', 'QUOTA_SPENT'])
  })

  it.each([
    ['an answer', ok, 1],
    ['an answer that nobody judged well', replies(404), 0],
    ['a server’s own fault', replies(500), 0],
    ['a refusal for the rate', replies(429), 0],
    ['nothing sent', breaks('DNS_NOT_FOUND', { phase: 'dns', sent: 'none' }), 0],
    ['no answer to what was sent', breaks('CONNECTION_RESET', { sent: 'all' }), 1],
    ['no answer to half of it', breaks('CONNECTION_RESET', { phase: 'send', sent: 'part' }), 1],
  ])('counts what the server may have accepted: %s', async (_, step, used) => {
    const { codes, budget } = against({ limit: 9 }, [step])
    await codes(1)

    expect(budget.used()[0]!.used).toBe(used)
  })

  it.each([
    ['each', replies(500), 1],
    ['each', replies(400), 1],
    ['each', replies(429), 0],
    ['each', replies(401), 0],
    ['each', usedUp, 0],
    ['success', replies(500), 0],
    ['success', ok, 1],
  ] as const)('counts as the endpoint is billed: %s', async (billed, step, used) => {
    const { codes, budget } = against({ limit: 9 }, [step])
    await codes(1, { endpoint: endpoint('one', billed) })

    expect(budget.used()[0]!.used).toBe(used)
  })

  it('leaves free endpoints alone, and counts by a rule of one’s own', async () => {
    const free = against({ limit: 1 })
    await free.codes(3, { endpoint: endpoint('one', 'free') })
    const own = against(
      { limit: 3, counts: (outcome, call) => outcome.code === 'STATUS_404' && call.method === 'GET' },
      [replies(404), ok],
    )
    await own.codes(3)

    expect([free.calls.length, free.budget.used(), own.budget.used()[0]!.used]).toEqual([3, [], 1])
  })

  it('counts a call that a bug cut short: nobody can tell how far it had come', async () => {
    const bug = new TypeError('a bug')
    const { send, budget } = against({ limit: 5 }, [
      () => {
        throw bug
      },
    ])

    await expect(send()).rejects.toBe(bug)
    expect(budget.used()[0]!.used).toBe(1)
  })

  it('an aborted call rejects before any timer advances, and what it may have cost is counted', async () => {
    const { clock, http, budget } = against({ limit: 5 }, [hangs()])
    const controller = new AbortController()
    const call = http.get('/', { signal: controller.signal }).catch((error: unknown) => error)
    await clock.advance(0)
    controller.abort('enough')

    expect([await call, clock.now(), clock.timers, budget.used()[0]!.used]).toEqual(['enough', 0, 0, 1])
  })

  it('sends nothing more after the server has said that the quota is used, until it is reset', async () => {
    const { clock, http, codes, calls, budget } = against({}, [usedUp, ok])
    const first = await http.get('/').catch((caught: unknown) => caught)
    expect(notesOf(first)).toEqual([['quota.parks', { wait: 12 * hour }]])
    expect(await codes(3)).toEqual(['QUOTA_SPENT', 'QUOTA_SPENT', 'QUOTA_SPENT'])
    expect([calls.length, budget.used()[0]!.parkedUntil]).toEqual([1, Date.UTC(2026, 0, 2)])
    const parked = (await http.outcome({ path: '/' })) as Failure
    expect([parked.because, parked.retryAfter]).toEqual([
      'the server has said that the quota is used: free again at 2026-01-02T00:00:00.000Z',
      12 * hour,
    ])
    await clock.advance(12 * hour)

    expect(await codes(1)).toEqual(['STATUS_200'])
  })

  it('believes a server whose day may not have turned yet for a minute', async () => {
    const { clock, codes, calls } = against({}, [usedUp, ok], { date: Date.UTC(2026, 0, 1, 0, 9) })
    await codes(2)
    await clock.advance(59_999)
    expect(await codes(1)).toEqual(['QUOTA_SPENT'])
    await clock.advance(1)

    expect([await codes(1), calls.length]).toEqual([['STATUS_200'], 2])
  })

  it('believes it until the reset from the tenth minute on', async () => {
    const { clock, codes } = against({}, [usedUp, ok], { date: Date.UTC(2026, 0, 1, 0, 10) })
    await codes(1)
    await clock.advance(60_000)

    expect(await codes(1)).toEqual(['QUOTA_SPENT'])
  })

  it('finds the day anew when the wall clock is put back', () => {
    const dayAt = periods('day', 'UTC')

    expect([dayAt(Date.UTC(2026, 0, 2)).id, dayAt(Date.UTC(2026, 0, 2) - 1).id]).toEqual(['2026-01-02', '2026-01-01'])
  })

  it('counts an answer that nobody judges', async () => {
    const budget = quota({ limit: 1 })
    const stack = pipeline([budget, status({ verdictOf: () => 'unknown' })], scriptedTransport(ok))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() })
    await http.outcome({ path: '/' })

    expect(budget.used()[0]!.used).toBe(1)
  })

  it('rests for as long as the server says, or for an hour where nothing is reset', async () => {
    const asked = against({}, [
      async (call) => ((await usedUp(call)) as any).judged({ verdict: 'quota', retryAfter: 5000 }),
      ok,
    ])
    await asked.codes(1)
    await asked.clock.advance(5000)
    expect(await asked.codes(1)).toEqual(['STATUS_200'])

    const total = against({ per: 'total' }, [usedUp, ok])
    await total.codes(1)
    await total.clock.advance(hour - 1)
    expect(await total.codes(1)).toEqual(['QUOTA_SPENT'])
    await total.clock.advance(1)
    expect(await total.codes(1)).toEqual(['STATUS_200'])
  })

  it('warns once a period, in the ledger and by a hook that breaks nothing', async () => {
    const told: QuotaUse[] = []
    const onWarn = (use: QuotaUse) => {
      told.push(use)
      throw new Error('a hook of the user’s')
    }
    const { clock, codes, http } = against({ limit: 5, onWarn })
    await codes(3)
    expect(told).toEqual([])
    expect(notesOf(await http.get('/'))).toEqual([['quota.warns', { used: 4, limit: 5 }]])
    expect(notesOf(await http.get('/'))).toEqual([])
    await clock.advance(24 * hour)
    await codes(5)

    expect(told.map(({ used, limit, resetsAt }) => [used, limit, resetsAt])).toEqual([
      [4, 5, Date.UTC(2026, 0, 2)],
      [4, 5, Date.UTC(2026, 0, 3)],
    ])
  })

  it('counts accounts, endpoints and URLs apart, or by a key of one’s own', async () => {
    const { codes, http, budget } = against({ limit: 1 })
    await codes(1, { path: '/a?x=1' })
    await codes(1, { path: '/b' })
    await codes(1, { endpoint: endpoint('one') })
    expect(budget.used().map(({ key }) => key)).toEqual([
      ' https://api.example.com/a',
      ' https://api.example.com/b',
      ' one',
    ])
    expect((await http.outcome({ path: '/a?x=2' })).code).toBe('QUOTA_SPENT')

    const account = against({ limit: 1 }, [ok], { outer: [credential({ bearer: 'a-secret-key' })] })
    await account.codes(1)
    expect(account.budget.used()[0]!.key).not.toContain('a-secret-key')
    expect(account.budget.used()[0]!.key).toMatch(/^\S+ https:/)

    const own = against({ limit: 1, key: () => 'all' })
    expect(await own.codes(1, { path: '/a' })).toEqual(['STATUS_200'])
    expect(await own.codes(1, { path: '/b' })).toEqual(['QUOTA_SPENT'])
  })

  it('forgets the oldest of too many keys', async () => {
    const { codes, budget } = against({ limit: 1, keys: 2 })
    for (const path of ['/a', '/b', '/c', '/a']) expect(await codes(1, { path })).toEqual(['STATUS_200'])

    expect(budget.used().map(({ key }) => key)).toEqual([' https://api.example.com/c', ' https://api.example.com/a'])
  })

  it('takes one for each attempt, and a retry does not repeat its refusal', async () => {
    const { clock, send, calls, budget } = against({ limit: 2, counts: () => true }, [replies(503)], {
      outer: [retry({ retries: 5 })],
    })
    const done = send()
    await clock.drain()

    expect([(await done).code, calls.length, budget.used()[0]!.used]).toEqual(['QUOTA_SPENT', 2, 2])
  })

  it('says in the plan what it allows, and goes by its name', async () => {
    const { http, codes } = against({ limit: 1, name: 'budget' })
    await codes(1)
    const error = await http.get('/').catch((caught: unknown) => caught)

    expect(ledgerOf(error)!.notes!.map(({ layer }) => layer)).toEqual(['budget'])
    expect((error as { layer: string }).layer).toBe('budget')
    const plan = (options: QuotaOptions) => String(pipeline([quota(options), status()], scriptedTransport(ok)).plan())
    expect([plan({ limit: 5 }), plan({ limit: 5, per: 'total' }), plan({})]).toEqual([
      'quota(5 a day) → status → scripted',
      'quota(5 in all) → status → scripted',
      'quota(day) → status → scripted',
    ])
  })

  it.each([
    [{ limit: 0 }, 'quota: limit is 0: give a number from 1 up'],
    [{ limit: NaN }, 'quota: limit is NaN: give a number from 1 up'],
    [{ per: 'week' as never }, "quota: per is week: give 'day' or 'total'"],
    [{ zone: 'Nowhere/Land' }, 'quota: zone is Nowhere/Land: give an IANA name, Asia/Shanghai say'],
    [{ whenGone: 'wait' as never }, "quota: whenGone is wait: give 'share' or 'refuse'"],
    [{ warnAt: 80 }, 'quota: warnAt is 80: give a part of the limit, from 0 to 1'],
    [{ warnAt: 0 }, 'quota: warnAt is 0: give a part of the limit, from 0 to 1'],
    [{ keys: 0 }, 'quota: keys is 0: give a number from 1 up'],
    [{ store: {} as Store, redis: 'redis://127.0.0.1' }, 'quota: store and redis are both given: give one'],
    [{ redis: 'nowhere' }, 'quota(): redis is no URL of a Redis: write it as redis://127.0.0.1:6379'],
  ])('refuses options that cannot work: %j', (options, sentence) => {
    expect(() => quota(options)).toThrow(new ConfigError('CONFIG_INVALID', sentence))
  })
})

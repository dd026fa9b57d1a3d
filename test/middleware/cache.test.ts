import { client, type Endpoint, Failure, type Middleware, type Outcome, pipeline, Secret } from '@penstock/core'
import {
  breaks,
  hangs,
  later,
  replies,
  repliesJson,
  scriptedTransport,
  type Step,
  virtualClock,
} from '@penstock/core/testing'
import { cache, deadline, status, type Store } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { around, notesOf, reads, set, shelf } from '../support/cached.ts'

function streamed(): [object, object] {
  const body = () => (async function* () {})()
  return [{ body }, { body }]
}

const refusal = (verdict: 'refused' | 'late' | 'cancelled') => new Failure(verdict, 'TEST', 'test', 'for the test')

const bytesOf = async (outcome: Outcome) =>
  outcome.failed ? new Uint8Array() : ((await outcome.body.read()) as Uint8Array)

describe('cache', () => {
  it('answers an equal call without a request, with its age', async () => {
    const { http, clock, transport } = set({ ttl: 1000 }, repliesJson({ id: 1 }))
    const first = await http.get('/a', { headers: { accept: 'x' } })
    await clock.advance(400)
    const second = await http.get('/a', { headers: { accept: 'x' } })
    expect([await first.json(), await second.json(), second.status, second.header('content-type')]).toEqual([
      { id: 1 },
      { id: 1 },
      200,
      'application/json',
    ])
    expect(notesOf(first)).toEqual([])
    expect(notesOf(second)).toEqual([['cache.hit', { store: 'memory', age: 400 }]])
    expect([transport.calls.length, second.ledger.trips.length]).toEqual([1, 0])
  })

  it('asks again when the result is no longer fresh', async () => {
    const { http, clock, transport } = set({ ttl: 1000 }, replies(200, {}, 'one'), replies(200, {}, 'two'))
    await http.get('/a')
    await clock.advance(999)
    expect(await (await http.get('/a')).text()).toBe('one')
    await clock.advance(1)
    expect(await (await http.get('/a')).text()).toBe('two')
    expect(transport.calls.length).toBe(2)
  })

  it.each<[string, object, object]>([
    ['another address', { path: '/a' }, { path: '/b' }],
    ['a GET and a HEAD', { method: 'GET' }, { method: 'HEAD' }],
    [
      'a POST without an endpoint, even if it may be repeated',
      { method: 'POST', repeatable: 'always' },
      { method: 'POST', repeatable: 'always' },
    ],
    ['a PUT', { method: 'PUT', endpoint: reads() }, { method: 'PUT', endpoint: reads() }],
    ['a body that a stream brings', ...streamed()],
    [
      'another credential',
      { headers: { authorization: new Secret('k', 'a') } },
      { headers: { authorization: new Secret('k', 'b') } },
    ],
    ['a POST', { method: 'POST' }, { method: 'POST' }],
    ['a call that streams', { stream: true }, { stream: true }],
  ])('keeps apart: %s', async (_, one, other) => {
    const { http, transport } = set({}, replies(200))
    await http.send({ path: '/a', ...one })
    await http.send({ path: '/a', ...other })
    expect(transport.calls.length).toBe(2)
  })

  it.each<[string, Step]>([
    ['a failure', breaks('CONNECTION_RESET')],
    ['an error', replies(500)],
    ['what the server says not to store', replies(200, { 'cache-control': 'private, No-Store' })],
  ])('keeps nothing of %s', async (_, step) => {
    const { http, transport } = set({}, step)
    await http.outcome({ path: '/a' })
    await http.outcome({ path: '/a' })
    expect(transport.calls.length).toBe(2)
  })

  it('lets an old result stand in when the server fails, for as long as it is told', async () => {
    const { http, clock } = set(
      { ttl: 1000, staleIfError: 500 },
      replies(200, {}, 'old'),
      replies(503),
      replies(503),
      replies(404),
    )
    await http.get('/a')
    await clock.advance(1499)
    const stale = await http.get('/a')
    expect(await stale.text()).toBe('old')
    expect(notesOf(stale).at(-1)).toEqual(['cache.stands_in', { store: 'memory', age: 1499, code: 'STATUS_503' }])
    await clock.advance(1)
    await expect(http.get('/a')).rejects.toMatchObject({ code: 'STATUS_503' })
  })

  it.each<[string, Partial<Endpoint>, number]>([
    ['that may always be repeated, whatever the server says of keeping it', {}, 1],
    ['that may not be repeated: not at all', { repeatable: 'unsent' }, 2],
    ['that changes something: not at all', { method: 'DELETE' }, 2],
  ])('keeps what an endpoint answers %s', async (_, endpoint, requests) => {
    const { http, transport } = set({}, replies(200, { 'cache-control': 'no-store' }, '{}'))
    const image = Buffer.alloc(90_000, 7)
    await http.call(reads(endpoint), { image })
    await http.call(reads(endpoint), { image: Buffer.from(image) })
    expect(transport.calls.length).toBe(requests)
    await http.call(reads(endpoint), { image: image.fill(8) })
    expect(transport.calls.length).toBe(requests + 1)
  })

  it('asks by a key of the user’s, and not for a call without one', async () => {
    const { http, transport } = set(
      { key: ({ path }) => (path === '/none' ? undefined : path.slice(0, 2)) },
      replies(200, {}, 'one'),
      replies(200, {}, 'two'),
    )
    await http.get('/abc')
    expect(await (await http.get('/axy')).text()).toBe('one')
    await http.get('/none')
    await http.get('/none')
    expect(transport.calls.map(({ path }) => path)).toEqual(['/abc', '/none', '/none'])
  })

  it.each<[string, unknown, unknown, number]>([
    ['equal words of an outer layer', 'acme', 'acme', 1],
    ['other words of an outer layer', 'acme', 'other', 2],
    ['what cannot be told', { id: 1 }, { id: 1 }, 2],
  ])('tells calls apart by what outer layers give: %s', async (_, one, other, requests) => {
    const gifts = [one, other]
    const tenant: Middleware = (call, next) => next(call, { tenant: gifts.shift() })
    const { http, transport } = around([tenant], {}, replies(200))
    await http.get('/a')
    await http.get('/a')
    expect(transport.calls.length).toBe(requests)
  })

  it('says of a part what part it is', async () => {
    const headers = { 'content-range': 'bytes 0-1/9', 'content-type': 'text/plain' }
    const { http } = set({}, replies(206, headers, 'ab'))
    const range = { headers: { range: 'bytes=0-1' } }
    await http.get('/a', range)
    const { status, headers: kept } = await http.get('/a', range)
    expect({ status, kept }).toEqual({ status: 206, kept: headers })
  })

  it('does not hand on headers that are not for later', async () => {
    const { http } = set({}, replies(200, { 'set-cookie': ['a=1'], 'x-request-id': '1', etag: 'e' }))
    await http.get('/a')
    expect((await http.get('/a')).headers).toEqual({ etag: 'e' })
  })

  it('takes what comes from the future for a miss: a clock was set back', async () => {
    const store = shelf()
    const clock = virtualClock(Date.UTC(2026, 0, 2))
    const stack = pipeline([cache({ store }), status()], scriptedTransport(replies(200, {}, 'tomorrow')))
    await client({ pipeline: stack, origin: 'https://api.example.com', clock }).get('/a')
    const { http } = set({ store }, replies(200, {}, 'today'))
    expect(await (await http.get('/a')).text()).toBe('today')
  })

  it('keeps answers for a day, and tells the store how long they are of use', async () => {
    const kept: number[] = []
    const store = shelf({ set: async (_key, _value, { ttl }) => void kept.push(ttl) })
    await set({ store }, replies(200)).http.get('/a')
    await set({ store, ttl: 1000, staleIfError: 20, staleWhileRevalidate: 300 }, replies(200)).http.get('/a')
    expect(kept).toEqual([86_400_000, 1300])
  })

  it('asks behind the back again when the time has come once more', async () => {
    const { http, clock, transport } = set({ ttl: 1000, staleWhileRevalidate: 500 }, replies(200))
    for (let at = 0; at < 3; at++) {
      await http.get('/a')
      await clock.advance(1200)
    }
    expect(transport.calls.length).toBe(3)
  })

  it('keeps a HEAD whatever is said of repeating it', async () => {
    const { http, transport } = set({}, replies(200))
    for (let at = 0; at < 2; at++) await http.head('/a', { repeatable: 'never' })
    expect(transport.calls.length).toBe(1)
  })

  it('passes a bug on as it is', async () => {
    const bug = new TypeError('bug')
    const { http } = set({}, () => Promise.reject(bug))
    await expect(http.get('/a')).rejects.toBe(bug)
  })

  it('goes by another name in the plan and the ledger', async () => {
    const layer = cache({ name: 'answers', ttl: 2000 })
    const stack = pipeline([layer, status()], scriptedTransport(replies(200)))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() })
    await http.get('/a')
    expect(String(stack.plan())).toBe('answers(memory, 2 s) → status → scripted')
    expect((await http.get('/a')).ledger.notes!.map((note) => note.layer)).toEqual(['answers'])
  })

  it('lets nothing stand in for what is the caller’s doing', async () => {
    const { http, clock } = set({ ttl: 1000, staleIfError: 500 }, replies(200), replies(404))
    await http.get('/a')
    await clock.advance(1000)
    await expect(http.get('/a')).rejects.toMatchObject({ code: 'STATUS_404' })
  })

  it.each<[string, Step, string]>([
    ['an open circuit', () => refusal('refused'), 'old'],
    ['a deadline', () => refusal('late'), 'old'],
    ['too many requests', replies(429), 'old'],
    ['a caller who left', () => refusal('cancelled'), 'TEST'],
    ['bad input', replies(400), 'STATUS_400'],
  ])('knows what an old result may stand in for: %s', async (_, step, expected) => {
    const { http, clock } = set({ ttl: 1000, staleIfError: 500 }, replies(200, {}, 'old'), step)
    await http.get('/a')
    await clock.advance(1000)
    const outcome = await http.outcome({ path: '/a' })
    const told = outcome.verdict === 'ok' ? String(Buffer.from(await bytesOf(outcome))) : outcome.code
    expect(told).toBe(expected)
  })

  it('gives an old result at once while another is fetched, once', async () => {
    const { http, clock, transport } = set(
      { ttl: 1000, staleWhileRevalidate: 500 },
      replies(200, {}, 'old'),
      later(50, replies(200, {}, 'new')),
    )
    await http.get('/a')
    await clock.advance(1200)
    const [one, other] = await Promise.all([http.get('/a'), http.get('/a')])
    expect([await one.text(), await other.text()]).toEqual(['old', 'old'])
    expect(notesOf(one)).toEqual([['cache.revalidates', { store: 'memory', age: 1200 }]])
    await clock.advance(50)
    expect(await (await http.get('/a')).text()).toBe('new')
    expect(transport.calls.length).toBe(2)
  })

  it.each<[string, Step, string, string[]]>([
    ['fails', breaks('CONNECTION_RESET'), 'network', ['retry.attempts_used']],
    ['meets a bug', () => Promise.reject(new TypeError('bug')), 'unknown', ['cache.refresh_broke']],
  ])('survives a background fetch that %s, and tells of it', async (_, step, verdict, notes) => {
    const { http, clock } = set({ ttl: 1000, staleWhileRevalidate: 500 }, replies(200, {}, 'old'), step)
    await http.get('/a')
    await clock.advance(1200)
    const reply = await http.get('/a')
    await clock.advance(0)
    const [child] = reply.ledger.children!
    expect([child!.verdict, child!.notes?.map(({ kind }) => kind.id) ?? []]).toEqual([verdict, notes])
    expect(await (await http.get('/a')).text()).toBe('old')
  })

  it.each([
    ['as long as the call itself', [deadline({ after: 300 })], 300],
    ['a minute at most', [], 60_000],
  ])('fetches in the background for %s, whether the caller stays or not', async (_, outer, bound) => {
    const { http, clock } = around(outer, { ttl: 1000, staleWhileRevalidate: 500 }, replies(200, {}, 'old'), hangs())
    await http.get('/a')
    await clock.advance(1200)
    const caller = new AbortController()
    const { ledger } = await http.get('/a', { signal: caller.signal })
    caller.abort()
    await clock.advance(bound - 1)
    expect(ledger.children!.map(({ verdict }) => verdict)).toEqual([undefined])
    await clock.advance(1)
    expect(ledger.children!.map(({ verdict }) => verdict)).toEqual(['late'])
    expect(clock.timers).toBe(0)
  })

  it('forgets what was used longest ago when memory is full', async () => {
    const { http, transport } = set({ maxBytes: 560 }, replies(200, {}, 'x'.repeat(60)))
    for (const path of ['/a', '/b', '/a', '/c', '/a', '/b']) await http.get(path)
    expect(transport.calls.map(({ path }) => path)).toEqual(['/a', '/b', '/c', '/b'])
  })

  it.each([
    { ttl: -1 },
    { staleIfError: NaN },
    { staleWhileRevalidate: -1 },
    { dir: 'x', store: {} as Store },
    { digest: 'sha1' as 'md5' },
  ])('refuses to be made with %j', (options) => {
    expect(() => cache(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})

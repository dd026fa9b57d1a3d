import {
  bytesBody,
  client,
  Failure,
  layer,
  type Layer,
  ledgerOf,
  pipeline,
  plainWire,
  Reply,
  type Request,
  Secret,
  type Verdict,
} from '@penstock/core'
import { breaks, hangs, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { deadline, httpCache, type HttpCacheOptions, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../packages/middleware/src/stores/memory.ts'

const page = (control: string, body = 'a page', more: Record<string, string> = {}): Step =>
  replies(200, { 'cache-control': control, ...more }, body)

function cached(steps: readonly [Step, ...Step[]], options: HttpCacheOptions = {}, judge: Layer = status()) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const layer = httpCache(options)
  const stack = pipeline([layer, judge] as readonly Layer[], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
  const get = (request: Partial<Request> = {}) =>
    http.send({ path: '/page', ...request }).catch((error: any) => error.reply ?? error)
  const text = async (request: Partial<Request> = {}): Promise<string> => (await get(request)).text()
  const asks = (control: string) => text({ headers: { 'cache-control': control } })
  const sent = () => transport.calls.length
  return {
    clock,
    transport,
    layer,
    stack,
    http,
    get,
    text,
    asks,
    sent,
    seconds: (count: number) => clock.advance(count * 1000),
  }
}

describe('a call that says what it takes', () => {
  it.each([
    ['no-cache', 2],
    ['max-age=5', 2],
    ['max-age=20', 1],
    ['min-fresh=55', 2],
    ['min-fresh=45', 1],
  ])('%s: %i requests, ten seconds after the first', async (control, requests) => {
    const { text, asks, sent, seconds } = cached([page('max-age=60')])
    await text()
    await seconds(10)
    await asks(control)
    expect(sent()).toBe(requests)
  })

  it('asks by Pragma too, as long ago', async () => {
    const { text, sent } = cached([page('max-age=60')])
    await text()
    await text({ headers: { pragma: 'no-cache' } })
    expect(sent()).toBe(2)
  })

  it('takes what is stale when it says so, for as long as it says', async () => {
    const { text, asks, sent, seconds } = cached([page('max-age=10')])
    await text()
    await seconds(15)
    await asks('max-stale=10')
    expect(sent()).toBe(1)
    await asks('max-stale=1')
    expect(sent()).toBe(2)
  })

  it('says nothing by a secret', async () => {
    const { text, get, sent } = cached([page('max-age=60')])
    await text()
    expect((await get({ headers: { pragma: new Secret('odd', 'no-cache') } })).status).toBe(200)
    expect(sent()).toBe(2)
  })

  it('gets a 504 for what is stale when it asks for nothing but the cache', async () => {
    const { text, get, sent, seconds } = cached([page('max-age=10')])
    await text()
    await seconds(11)
    expect((await get({ headers: { 'cache-control': 'only-if-cached' } })).status).toBe(504)
    expect(sent()).toBe(1)
  })

  it('meets directives in any case, with spaces about them', async () => {
    const { text, sent, seconds } = cached([page('Private, Max-Age = 10')])
    await text()
    await seconds(9)
    await text()
    expect(sent()).toBe(1)
    await seconds(1)
    await text()
    expect(sent()).toBe(2)
  })

  it('leaves nothing behind when it says no-store', async () => {
    const { text, asks, sent } = cached([page('max-age=60')])
    await asks('no-store')
    await text()
    expect(sent()).toBe(2)
  })
})

describe('a page that is no longer fresh', () => {
  it.each(['must-revalidate', 'no-cache'])(
    'is not given at once when it says %s, whatever else it says',
    async (control) => {
      const { text, seconds } = cached([
        page(`max-age=10, stale-while-revalidate=60, ${control}`, 'one'),
        page('max-age=10', 'two'),
      ])
      await text()
      await seconds(11)
      expect(await text()).toBe('two')
    },
  )

  it('is given for the seconds that are allowed, and not for one more', async () => {
    const { text, get, seconds } = cached([page('max-age=10, stale-if-error=20', 'one'), replies(503)])
    await text()
    await seconds(29)
    expect(await text()).toBe('one')
    await seconds(1)
    expect((await get()).status).toBe(503)
  })

  it('stands in when a call of its own runs out of time, and not when its caller has gone', async () => {
    const { text, http, seconds, clock } = cached([page('max-age=10', 'one'), hangs()], { staleIfError: 60_000 })
    await text()
    await seconds(11)
    const abort = new AbortController()
    const left = http.get('/page', { signal: abort.signal })
    await clock.advance(0)
    abort.abort('enough')
    await expect(left).rejects.toBe('enough')
  })

  it.each([
    ['refused', 200],
    ['late', 200],
    ['cancelled', undefined],
    ['auth', undefined],
  ] as const)('stands in for a failure that is nobody’s, unless nobody waits any more: %s', async (verdict, code) => {
    let refuses = false
    const judge = {
      ...status(),
      run: (call: any, next: any) => (refuses ? new Failure(verdict, 'BULKHEAD_FULL', 'inner', 'no') : next(call)),
    } as Layer
    const { http, seconds } = cached([page('max-age=10', 'one')], { staleIfError: 60_000 }, judge)
    const first = await http.outcome({ path: '/page' })
    refuses = true
    await seconds(11)
    const second = await http.outcome({ path: '/page' })
    expect([first, second].map((outcome) => (outcome.failed ? undefined : outcome.status))).toEqual([200, code])
  })

  it('does not stand in for a no that its server gave', async () => {
    const judge = {
      ...status(),
      run: (call: any, next: any) =>
        next(call).then((reply: Reply) => reply.judged({ verdict: reply.status === 410 ? 'refused' : 'ok' })),
    } as Layer
    const { http, seconds } = cached([page('max-age=10', 'one'), replies(410)], { staleIfError: 60_000 }, judge)
    await http.outcome({ path: '/page' })
    await seconds(11)
    expect(await http.outcome({ path: '/page' })).toMatchObject({ status: 410 })
  })

  it('is not confirmed by the date of another when the 304 has no ETag', async () => {
    const [one, other] = ['Wed, 31 Dec 2025 00:00:00 GMT', 'Thu, 01 Jan 2026 00:00:00 GMT']
    const { text, seconds } = cached([
      page('max-age=10', 'one', { etag: '"v1"', 'last-modified': one }),
      replies(304, { 'last-modified': other }),
      page('max-age=10', 'two'),
    ])
    await text()
    await seconds(11)
    expect(await text()).toBe('two')
  })

  it('is not confirmed by a weak ETag that it has not', async () => {
    const { text, seconds } = cached([
      page('max-age=10', 'one', { 'last-modified': 'Wed, 31 Dec 2025 00:00:00 GMT' }),
      replies(304, { etag: 'W/"v2"' }),
      page('max-age=10', 'two'),
    ])
    await text()
    await seconds(11)
    expect(await text()).toBe('two')
  })

  it('does not stand in for what is the caller’s doing', async () => {
    const { text, get, seconds } = cached([page('max-age=10', 'one'), replies(403)], { staleIfError: 60_000 })
    await text()
    await seconds(11)
    expect((await get()).status).toBe(403)
  })

  it('is confirmed by a 304 that names its date, and by no other', async () => {
    const modified = 'Wed, 31 Dec 2025 00:00:00 GMT'
    const { text, seconds, sent } = cached([
      page('max-age=10', 'one', { 'last-modified': modified }),
      replies(304, { 'last-modified': modified, 'cache-control': 'max-age=10' }),
      replies(304, { 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }),
      page('max-age=10', 'two'),
    ])
    await text()
    await seconds(11)
    expect(await text()).toBe('one')
    await seconds(11)
    expect(await text()).toBe('two')
    expect(sent()).toBe(4)
  })
})

describe('what is said and sent about a page', () => {
  const told = async (reply: Promise<any>) =>
    (ledgerOf(await reply)?.notes ?? []).map(({ kind, facts }) => [kind.id, facts])

  it('is its age, and what it stands in for', async () => {
    const { text, get, seconds } = cached([
      page('max-age=10, stale-while-revalidate=10, stale-if-error=60', 'one', { etag: '"v1"' }),
      replies(304),
      replies(503),
      replies(503),
    ])
    await text()
    await seconds(4)
    expect(await told(get())).toEqual([['httpCache.hit', { age: 4 }]])
    await seconds(11)
    expect(await told(get())).toEqual([['httpCache.revalidates', { age: 15 }]])
    await seconds(29)
    expect(await told(get())).toEqual([['httpCache.stands_in', { age: 29, code: 'STATUS_503' }]])
  })

  it('is that its server confirms it', async () => {
    const { text, get, seconds } = cached([page('max-age=10', 'one', { etag: '"v1"' }), replies(304)])
    await text()
    await seconds(11)
    expect(await told(get())).toEqual([['httpCache.confirmed', {}]])
  })

  it('asks by its ETag behind the back too', async () => {
    const { text, seconds, transport, clock } = cached([
      page('max-age=10, stale-while-revalidate=30', 'one', { etag: '"v1"' }),
      replies(304),
    ])
    await text()
    await seconds(11)
    await text()
    await clock.advance(0)
    expect(transport.calls.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"'])
  })

  it.each([
    ['a confirmation', 304],
    ['what it stands in for', 503],
  ])('leaves no body open: of %s', async (_, code) => {
    let discarded = 0
    const answers: Step = () => new Reply(code, {}, { ...bytesBody(new Uint8Array()), discard: () => void discarded++ })
    const { text, seconds } = cached([page('max-age=10', 'one', { etag: '"v1"' }), answers], { staleIfError: 60_000 })
    await text()
    await seconds(11)
    expect([await text(), discarded]).toEqual(['one', 1])
  })
})

describe('what is kept', () => {
  it('is not the answer of a method that has no pages', async () => {
    const { get, sent } = cached([page('max-age=60')])
    for (const method of ['OPTIONS', 'HEAD', 'GET', 'OPTIONS']) await get({ method })
    expect(sent()).toBe(4)
  })

  it('is not what a call with wire options of its own gets', async () => {
    const clock = virtualClock()
    const transport = scriptedTransport(page('max-age=60'))
    const wired = layer({
      name: 'wired',
      slot: 'bound',
      run: (call, next) => next(call.with({ wire: { ...plainWire, tls: { minVersion: 'TLSv1.3' } } })),
    })
    const stack = pipeline([wired, httpCache(), status()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
    await http.get('/page')
    await http.get('/page')
    expect(transport.calls.length).toBe(2)
  })

  it('is a list of choices too, which is no failure', async () => {
    const { get, sent } = cached([replies(300, { 'cache-control': 'max-age=60' })])
    await get()
    expect([(await get()).status, sent()]).toEqual([300, 1])
  })

  it('is forgotten when a call with a secret parameter changes it', async () => {
    const { text, get } = cached([
      page('max-age=60', 'one'),
      replies(200, { location: '/other' }),
      page('max-age=60', 'two'),
    ])
    await text({ path: '/other' })
    await get({ method: 'POST', query: { key: new Secret('key', 'k3y') } })
    expect(await text({ path: '/other' })).toBe('two')
  })

  it.each([
    ['the address', 0],
    ['the page', 1],
  ])('is no answer to a call whose time is over while the store looks for %s', async (_, looks) => {
    const clock = virtualClock()
    const store = memoryStore({ maxBytes: 100_000 })
    let asked = 0
    const slow = {
      ...store,
      get: (key: string) => (asked++ === looks + 2 ? new Promise<undefined>(() => {}) : store.get(key)),
    }
    const transport = scriptedTransport(page('max-age=60'))
    const layers = [deadline({ after: 20 }), httpCache({ store: slow, partition: 'p' }), status()]
    const http = client({
      pipeline: pipeline(layers as readonly Layer[], transport),
      origin: 'https://a.example',
      clock,
    })
    await http.get('/')
    asked = 2
    const outcome = http.outcome({ path: '/' })
    await clock.advance(20)
    expect([await outcome, transport.calls.length]).toMatchObject([{ code: 'CALL_DEADLINE' }, 1])
  })

  it.each<[Verdict, number]>([
    ['rate', 2],
    ['unknown', 1],
    ['ok', 1],
  ])('depends on the verdict of a 200: %s makes %i requests of two calls', async (verdict, requests) => {
    const judge = {
      ...status(),
      run: (call: any, next: any) => next(call).then((outcome: any) => outcome.judged({ verdict })),
    } as Layer
    const { get, sent } = cached([page('max-age=60')], {}, judge)
    await (await get()).text()
    await get()
    expect(sent()).toBe(requests)
  })

  it('is told with the code of a call that asks for nothing else', async () => {
    const { http } = cached([page('max-age=60')])
    await expect(http.get('/page', { headers: { 'cache-control': 'only-if-cached' } })).rejects.toMatchObject({
      code: 'NOT_CACHED',
    })
  })

  it('is forgotten on its own origin alone, and of what is an address', async () => {
    const { text, get, sent } = cached([
      page('max-age=60', 'other'),
      replies(200, { location: 'https://elsewhere.example.com/other', 'content-location': 'http://[' }),
    ])
    await text({ path: '/other' })
    const changed = await get({ method: 'POST' })
    expect([changed.status, await text({ path: '/other' }), sent()]).toEqual([200, 'other', 2])
  })

  it('is counted', async () => {
    const { text, layer } = cached([page('max-age=60')])
    await text()
    expect(layer.counts()).toEqual({ kept: 2, lost: 0 })
  })

  it('is let go of with the pipeline', async () => {
    let closed = 0
    const store = { ...memoryStore({ maxBytes: 1000 }), close: async () => void closed++ }
    const { stack } = cached([page('max-age=60')], { store, partition: 'p' })
    await stack.close()
    expect(closed).toBe(1)
  })

  it('is waited for no longer than the call lives', async () => {
    const silent = { ...memoryStore({ maxBytes: 1000 }), get: () => new Promise<undefined>(() => {}) }
    const { http, clock, transport } = cached([page('max-age=60')], { store: silent, partition: 'p' })
    const abort = new AbortController()
    const call = http.outcome({ path: '/page', signal: abort.signal })
    await clock.advance(0)
    abort.abort('enough')
    expect(await call).toMatchObject({ failed: true, code: 'CANCELLED' })
    expect(transport.calls).toHaveLength(0)
  })

  it('survives a refresh behind the back that fails', async () => {
    const { text, seconds, clock } = cached([
      page('max-age=10, stale-while-revalidate=60', 'one'),
      breaks('CONNECTION_RESET'),
    ])
    await text()
    await seconds(11)
    expect(await text()).toBe('one')
    await clock.advance(0)
    expect(await text()).toBe('one')
  })
})

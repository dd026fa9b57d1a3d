import { client, type Layer, pipeline, type Request, type Verdict } from '@penstock/core'
import { breaks, hangs, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { httpCache, type HttpCacheOptions, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { directives, millisecondsOf } from '../../packages/middleware/src/http-cache/directives.ts'
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

describe('what is kept', () => {
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
    await get({ method: 'POST' })
    expect(await text({ path: '/other' })).toBe('other')
    expect(sent()).toBe(2)
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

describe('Cache-Control', () => {
  it.each<[string | undefined, readonly (readonly [string, string | true])[]]>([
    [undefined, []],
    ['', []],
    ['no-store', [['no-store', true]]],
    [
      'Max-Age=5, NO-CACHE',
      [
        ['max-age', '5'],
        ['no-cache', true],
      ],
    ],
    [
      'max-age = 5 ,private',
      [
        ['max-age', '5'],
        ['private', true],
      ],
    ],
    [
      'no-cache="set-cookie, x", max-age=1',
      [
        ['no-cache', 'set-cookie, x'],
        ['max-age', '1'],
      ],
    ],
    ['max-age=1, max-age=2', [['max-age', '1']]],
    ['private=""', [['private', '']]],
  ])('%j is read as %j', (header, read) => {
    expect([...directives(header)]).toEqual(read)
  })

  it.each([
    ['max-age=5', 5000],
    ['max-age', 0],
    ['max-age=5s', 0],
    ['max-age=x5', 0],
    ['other=5', 0],
  ])('%s is %i ms of max-age', (header, milliseconds) => {
    expect(millisecondsOf(directives(header), 'max-age')).toBe(milliseconds)
  })
})

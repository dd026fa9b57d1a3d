import { client, layer, type Layer, pipeline, plainWire, Secret, type Verdict } from '@penstock/core'
import { breaks, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { deadline, httpCache, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../packages/middleware/src/stores/memory.ts'
import { cached, page } from '../support/http-cached.ts'

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

import { client, type Layer, ledgerOf, Secret, pipeline, type Request } from '@penstock/core'
import { breaks, replies, scriptedTransport, seeded, type Step, virtualClock } from '@penstock/core/testing'
import { httpCache, type HttpCacheOptions, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../packages/middleware/src/stores/memory.ts'

const origin = 'https://api.example.com'
const page = (control: string, body = 'a page', more: Record<string, string> = {}): Step =>
  replies(200, { 'cache-control': control, ...more }, body)
const unchanged = (headers: Record<string, string> = {}): Step => replies(304, headers)

/** The layer before a server that plays its steps, and a clock that goes on by seconds. */
function cached(
  steps: readonly [Step, ...Step[]],
  options: HttpCacheOptions = {},
  more: { clock?: ReturnType<typeof virtualClock> } = {},
) {
  const clock = more.clock ?? virtualClock()
  const transport = scriptedTransport(...steps)
  const made = httpCache(options)
  const stack = pipeline([made, status()], transport)
  const http = client({ pipeline: stack, origin, clock, chance: seeded(1) })
  const get = async (request: Partial<Request> = {}) => {
    const result = await http.send({ path: '/page', ...request }).catch((error: any) => error.reply ?? error)
    return result
  }
  const text = async (request: Partial<Request> = {}): Promise<string> => (await get(request)).text()
  const notes = async (request: Partial<Request> = {}) => {
    const result = await get(request)
    return (ledgerOf(result)?.notes ?? []).map(({ kind }) => kind.id)
  }
  const sent = (name: string) => transport.calls.map(({ headers }) => headers[name])
  return {
    clock,
    transport,
    made,
    http,
    stack,
    get,
    text,
    notes,
    sent,
    seconds: (count: number) => clock.advance(count * 1000),
  }
}

describe('httpCache', () => {
  it('gives a page while it is fresh, with its age, and asks for nothing', async () => {
    const { text, get, transport, seconds, notes } = cached([page('max-age=60', 'one'), page('max-age=60', 'two')])
    expect(await text()).toBe('one')
    await seconds(30)
    const again = await get()
    expect([await again.text(), again.header('age'), again.verdict]).toEqual(['one', '30', 'ok'])
    expect(await notes()).toEqual(['httpCache.hit'])
    expect(transport.calls).toHaveLength(1)
    await seconds(31)
    expect(await text()).toBe('two')
  })

  it('confirms a page that is no longer fresh by its ETag, and gives the one it has', async () => {
    const { text, get, sent, seconds, transport } = cached([
      page('max-age=10', 'one', { etag: '"v1"' }),
      unchanged({ etag: '"v1"', 'cache-control': 'max-age=50', 'x-new': 'yes' }),
    ])
    await text()
    await seconds(11)
    const confirmed = await get()
    expect([await confirmed.text(), confirmed.status, confirmed.header('x-new')]).toEqual(['one', 200, 'yes'])
    expect(sent('if-none-match')).toEqual([undefined, '"v1"'])
    await seconds(49)
    expect(await text()).toBe('one')
    expect(transport.calls).toHaveLength(2)
  })

  it('confirms by Last-Modified where there is no ETag', async () => {
    const modified = 'Wed, 31 Dec 2025 00:00:00 GMT'
    const { text, sent, seconds } = cached([page('max-age=10', 'one', { 'last-modified': modified }), unchanged()])
    await text()
    await seconds(11)
    expect(await text()).toBe('one')
    expect(sent('if-modified-since')).toEqual([undefined, modified])
  })

  it('asks for the whole of it when a 304 is about another page', async () => {
    const { text, sent, seconds } = cached([
      page('max-age=10', 'one', { etag: '"v1"' }),
      unchanged({ etag: '"other"' }),
      page('max-age=10', 'two', { etag: '"v2"' }),
    ])
    await text()
    await seconds(11)
    expect(await text()).toBe('two')
    expect(sent('if-none-match')).toEqual([undefined, '"v1"', undefined])
  })

  it('keeps variants apart by what the server chooses by', async () => {
    const { text, transport } = cached([
      page('max-age=60', 'english', { vary: 'Accept-Language' }),
      page('max-age=60', 'chinese', { vary: 'Accept-Language' }),
    ])
    const en = { headers: { 'accept-language': 'en' } }
    const zh = { headers: { 'accept-language': 'zh' } }
    expect([await text(en), await text(zh), await text(en), await text(zh)]).toEqual([
      'english',
      'chinese',
      'english',
      'chinese',
    ])
    expect(transport.calls).toHaveLength(2)
  })

  it('gives a stale page at once where the server allows it, and asks behind the back', async () => {
    const { text, notes, seconds, transport, clock } = cached([
      page('max-age=10, stale-while-revalidate=30', 'one'),
      page('max-age=10', 'two'),
    ])
    await text()
    await seconds(20)
    expect(await notes()).toContain('httpCache.revalidates')
    await clock.advance(0)
    expect(transport.calls).toHaveLength(2)
    expect(await text()).toBe('two')
  })

  it.each([
    ['the server allows it', 'max-age=10, stale-if-error=60', {}, {}],
    ['the call allows it', 'max-age=10', {}, { headers: { 'cache-control': 'stale-if-error=60' } }],
    ['its user allows it', 'max-age=10', { staleIfError: 60_000 }, {}],
  ])('lets a stale page stand in for a failure where %s', async (_, control, options, request) => {
    const { text, notes, seconds, get } = cached(
      [page(control, 'one'), replies(503), breaks('CONNECTION_RESET')],
      options,
    )
    await text()
    await seconds(30)
    expect(await text(request)).toBe('one')
    expect(await notes(request)).toContain('httpCache.stands_in')
    await seconds(41)
    expect(await get(request)).toMatchObject({ code: 'CONNECTION_RESET' })
  })

  it.each(['must-revalidate', 'no-cache'])('lets nothing stand in for what says %s', async (control) => {
    const { text, get, seconds } = cached([page(`max-age=10, ${control}`, 'one'), replies(503)], {
      staleIfError: 60_000,
    })
    await text()
    await seconds(30)
    expect((await get()).status).toBe(503)
  })

  it('gives what must be revalidated without asking while it is fresh', async () => {
    const { text, transport, seconds } = cached([page('max-age=10, must-revalidate', 'one')])
    await text()
    await seconds(5)
    await text()
    expect(transport.calls).toHaveLength(1)
  })

  it('gives nothing but what it has to a call that asks for nothing else', async () => {
    const { get, text, transport } = cached([page('max-age=60', 'one')])
    const only = { headers: { 'cache-control': 'only-if-cached' } }
    const missing = await get(only)
    expect([missing.status, missing.verdict]).toEqual([504, 'refused'])
    expect(transport.calls).toHaveLength(0)
    await text()
    expect(await text(only)).toBe('one')
  })

  it('forgets a page that a call changes, and those it names of the same origin', async () => {
    const { text, notes, transport, get } = cached([
      page('max-age=60', 'one'),
      page('max-age=60', 'other'),
      replies(201, { location: '/other', 'content-location': 'https://elsewhere.example.com/page' }),
      page('max-age=60', 'two'),
      page('max-age=60', 'other two'),
    ])
    await text()
    await text({ path: '/other' })
    expect(await notes({ method: 'PUT', body: 'x' })).toEqual(['httpCache.forgets'])
    expect([await text(), await text({ path: '/other' })]).toEqual(['two', 'other two'])
    expect(transport.calls).toHaveLength(5)
    expect((await get()).status).toBe(200)
  })

  it.each([400, 409])('keeps a page that a call failed to change: %i', async (code) => {
    const { text, get } = cached([page('max-age=60', 'one'), replies(code)])
    await text()
    await get({ method: 'DELETE' })
    expect(await text()).toBe('one')
  })

  it('answers a HEAD from the page it has, without the body', async () => {
    const { text, get, transport } = cached([page('max-age=60', 'one')])
    await text()
    const head = await get({ method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(transport.calls).toHaveLength(1)
  })

  it.each<[string, Partial<Request>]>([
    ['asks for a range', { headers: { range: 'bytes=0-9' } }],
    ['has a condition of its own', { headers: { 'if-none-match': '"mine"' } }],
    ['is streamed', { stream: true }],
    ['has a body', { body: 'x' }],
  ])('lets a call pass that %s', async (_, request) => {
    const { get, transport } = cached([page('max-age=60')])
    for (let count = 0; count < 2; count++) (await get(request)).discard()
    expect(transport.calls).toHaveLength(2)
  })

  it.each(['no-store', 'no-cache', 'max-age=0', 'private, max-age=0'])(
    'keeps nothing to be given of %s',
    async (control) => {
      const { text, transport } = cached([page(control)])
      await text()
      await text()
      expect(transport.calls).toHaveLength(2)
    },
  )

  it('keeps what is private: it is nobody else’s', async () => {
    const { text, transport } = cached([page('private, max-age=60')])
    await text()
    await text()
    expect(transport.calls).toHaveLength(1)
  })

  it('keeps nothing that takes more memory than it may', async () => {
    const { text, transport } = cached([page('max-age=60')], { maxBytes: 100 })
    await text()
    await text()
    expect(transport.calls).toHaveLength(2)
  })

  it('keeps nothing of what varies by everything', async () => {
    const { text, transport } = cached([page('max-age=60', 'one', { vary: '*' })])
    await text()
    await text()
    expect(transport.calls).toHaveLength(2)
  })

  it('keeps a 404 that may be kept, and gives it as one', async () => {
    const { get, transport } = cached([replies(404, { 'cache-control': 'max-age=60' }, 'nothing here')])
    await get()
    const again = await get()
    expect([again.status, again.verdict, await again.text()]).toEqual([404, 'input', 'nothing here'])
    expect(transport.calls).toHaveLength(1)
  })

  it.each([
    ['authorization', { headers: { authorization: 'Bearer one' } }, { headers: { authorization: 'Bearer two' } }],
    ['a cookie', { headers: { cookie: 'a=1' } }, { headers: { cookie: 'a=2' } }],
    [
      'a secret header',
      { headers: { 'x-key': new Secret('key', 'one-key') } },
      { headers: { 'x-key': new Secret('key', 'two-key') } },
    ],
    [
      'a secret parameter',
      { query: { key: new Secret('key', 'one-key') } },
      { query: { key: new Secret('key', 'two-key') } },
    ],
  ])('keeps callers apart by %s', async (_, one, two) => {
    const { text } = cached([page('max-age=60', 'for one'), page('max-age=60', 'for two')])
    expect([await text(one), await text(two), await text(one)]).toEqual(['for one', 'for two', 'for one'])
  })

  it('keeps nothing in a store that others may share, unless it is told whose it is', async () => {
    const store = memoryStore({ maxBytes: 1_000_000 })
    const nobody = cached([page('max-age=60')], { store })
    await nobody.text()
    await nobody.text()
    expect(nobody.transport.calls).toHaveLength(2)
    const clock = virtualClock()
    const one = cached([page('max-age=60', 'of one')], { store, partition: 'one' }, { clock })
    await one.text()
    const same = cached([page('max-age=60', 'asked again')], { store, partition: 'one' }, { clock })
    const other = cached([page('max-age=60', 'of the other')], { store, partition: 'other' }, { clock })
    expect([await same.text(), await other.text()]).toEqual(['of one', 'of the other'])
  })

  it('keeps no secret of a request, and no cookie of a reply', async () => {
    const kept: string[] = []
    const store = {
      ...memoryStore({ maxBytes: 1_000_000 }),
      set: async (key: string, value: Uint8Array) => void kept.push(key, Buffer.from(value).toString()),
    }
    const { text } = cached([page('max-age=60', 'one', { 'set-cookie': 'session=c00kie', vary: 'x-tenant' })], {
      store,
      partition: 'p',
    })
    await text({
      headers: { 'x-tenant': 'acme', authorization: new Secret('token', 't0ken') },
      query: { key: new Secret('key', 'k3y') },
    })
    expect(kept.join()).not.toMatch(/c00kie|t0ken|k3y|acme/)
    expect(kept).toHaveLength(4)
  })

  it('takes a corrupt page for a miss, and says so', async () => {
    const store = { ...memoryStore({ maxBytes: 1_000_000 }), get: async () => Buffer.from('{') }
    const { notes, transport } = cached([page('max-age=60')], { store, partition: 'p' })
    expect(await notes()).toEqual(['cache.corrupt'])
    expect(transport.calls).toHaveLength(1)
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('gone'))],
    [
      'throws',
      () => {
        throw new Error('gone')
      },
    ],
  ])('says so when a store %s where it should forget', async (_, gone) => {
    const store = { ...memoryStore({ maxBytes: 1_000_000 }), delete: gone }
    const { get } = cached([replies(200)], { store, partition: 'p', name: 'pages' } as HttpCacheOptions<any>)
    const { ledger } = await get({ method: 'DELETE' })
    expect(ledger.notes.map(({ kind, facts, layer }: any) => [kind.id, facts, layer])).toEqual([
      ['httpCache.forgets', {}, 'pages'],
      ['cache.not_dropped', { store: 'memory' }, 'pages'],
    ])
  })

  it('waits fifty milliseconds for a store that is silent', async () => {
    const store = { ...memoryStore({ maxBytes: 1 }), get: () => new Promise<undefined>(() => {}) }
    const { get, clock } = cached([page('max-age=60')], { store, partition: 'p' })
    const asking = get()
    await clock.advance(50)
    expect(((await asking).ledger.notes ?? []).map(({ kind }: any) => kind.id)).toEqual(['cache.slow'])
  })

  it('goes by another name in the plan and the ledger', async () => {
    const { get, stack } = cached([page('max-age=60')], { name: 'pages' } as HttpCacheOptions<any>)
    await get()
    expect(stack.plan().layers[0]).toMatchObject({
      name: 'pages',
      slot: 'recall',
      about: 'memory',
      traits: { keep: 86_400_000 },
    })
    expect((await get()).ledger.notes).toMatchObject([{ layer: 'pages' }])
  })

  it.each([{ keep: -1 }, { staleIfError: NaN }, { maxBytes: '1' }])('refuses to be made with %j', (options) => {
    expect(() => httpCache(options as HttpCacheOptions)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('passes a bug on as it is', async () => {
    const bug = new TypeError('a bug')
    const throws = (): never => {
      throw bug
    }
    const layers = [httpCache() as Layer, status(), throws as any]
    const http = client({ pipeline: pipeline(layers, scriptedTransport(replies(200))), origin, clock: virtualClock() })
    await expect(http.get('/')).rejects.toBe(bug)
  })

  it('lets an aborted caller go at once while the store is silent', async () => {
    const store = { ...memoryStore({ maxBytes: 1 }), get: () => new Promise<undefined>(() => {}) }
    const { http, clock } = cached([page('max-age=60')], { store, partition: 'p' })
    const abort = new AbortController()
    const asking = http.get('/page', { signal: abort.signal })
    await clock.advance(0)
    abort.abort('enough')
    await expect(asking).rejects.toBe('enough')
    expect(clock.timers).toBe(0)
  })
})

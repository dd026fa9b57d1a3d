import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
import { cache, type CacheOptions, circuitBreaker, deadline, retry, status, type Store } from '@penstock/middleware'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'penstock-cache-'))
afterAll(() => rmSync(folder, { recursive: true }))

function set(options: CacheOptions<any>, ...steps: readonly [Step, ...Step[]]) {
  return around([], options, ...steps)
}

/** With layers outside the cache. */
function around(outer: readonly unknown[], options: CacheOptions<any>, ...steps: readonly [Step, ...Step[]]) {
  const clock = virtualClock()
  // a store of one's own keeps plain calls of a partition only
  const whose = options.dir === undefined && options.store === undefined ? {} : { partition: 'me' }
  const layer = cache({ ...whose, ...options })
  const transport = scriptedTransport(...steps)
  const http = client({
    pipeline: pipeline([...outer, layer, retry({ retries: 0 }), circuitBreaker(), status()] as never, transport),
    origin: 'https://api.example.com',
    clock,
  })
  return { clock, http, transport, layer }
}

function streamed(): [object, object] {
  const body = () => (async function* () {})()
  return [{ body }, { body }]
}

const refusal = (verdict: 'refused' | 'late' | 'cancelled') => new Failure(verdict, 'TEST', 'test', 'for the test')

const bytesOf = async (outcome: Outcome) =>
  outcome.failed ? new Uint8Array() : ((await outcome.body.read()) as Uint8Array)

const notesOf = (thing: {
  readonly ledger: { readonly notes: readonly { kind: { id: string }; facts: object }[] | undefined }
}) => (thing.ledger.notes ?? []).map(({ kind, facts }) => [kind.id, facts])

const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
const reads = (more: Partial<Endpoint> = {}): Endpoint => ({
  id: 'vendor.reads',
  method: 'POST',
  path: '/reads',
  encoding: 'form',
  input: anything,
  output: anything,
  repeatable: 'always',
  ...more,
})

/** A store whose content is at hand. */
function shelf(over: Partial<Store> = {}): Store & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>()
  return {
    kept,
    name: 'shelf',
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
    delete: async (key) => void kept.delete(key),
    ...over,
  }
}

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

describe('cache on disk', () => {
  it.each([
    ['sha256', 64],
    ['md5', 32],
  ] as const)('is a file of JSON by its %s, for its owner alone, without a secret', async (digest, length) => {
    const dir = join(folder, digest)
    const made = () =>
      set(
        { dir, digest },
        replies(
          200,
          { 'content-type': 'application/json', 'set-cookie': ['sid=canary'], 'x-token': 'canary' },
          '{"id":9007199254740993}',
        ),
      )
    const first = made()
    await first.http.get('/a', {
      query: { key: new Secret('k', 'canary') },
      headers: { authorization: new Secret('k', 'canary') },
    })
    await first.http.close()
    const [file] = readdirSync(dir)
    expect(file).toMatch(new RegExp(`^[0-9a-f]{${length}}\\.json$`))
    expect(statSync(join(dir, file!)).mode & 0o777).toBe(0o600)
    const text = readFileSync(join(dir, file!), 'utf8')
    expect(JSON.parse(text)).toEqual({
      penstock: 1,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      storedAt: Date.UTC(2026, 0, 1),
      status: 200,
      headers: { 'content-type': 'application/json' },
      text: '{"id":9007199254740993}',
    })
    expect(text).not.toContain('canary')
    const second = made()
    const reply = await second.http.get('/a', {
      query: { key: new Secret('k', 'canary') },
      headers: { authorization: new Secret('k', 'canary') },
    })
    expect([await reply.json(), second.transport.calls.length]).toEqual([{ id: '9007199254740993' }, 0])
  })

  it('keeps bytes that are no text', async () => {
    const dir = join(folder, 'bytes')
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80])
    const first = set({ dir }, replies(200, {}, bytes))
    await first.http.get('/a')
    await first.http.close()
    expect(Buffer.from(await (await set({ dir }, replies(500)).http.get('/a')).bytes())).toEqual(bytes)
  })

  it('keeps plain calls apart by whose they are, and none of nobody’s', async () => {
    const dir = join(folder, 'whose')
    const ask = async (partition: string | undefined, text: string) => {
      const { http } = set({ dir, partition } as CacheOptions, replies(200, {}, text))
      const answer = await (await http.get('/me')).text()
      await http.close()
      return answer
    }
    expect(await ask('alice', 'Alice')).toBe('Alice')
    expect(await ask('bob', 'Bob')).toBe('Bob')
    expect(await ask('alice', 'asked anew')).toBe('Alice')
    expect(readdirSync(dir).length).toBe(2)
    expect(await ask(undefined, 'Carol')).toBe('Carol')
    expect(await ask(undefined, 'Dave')).toBe('Dave')
    expect(readdirSync(dir).length).toBe(2)
  })

  it('keeps an endpoint’s answers, which hang on what is sent, without a partition', async () => {
    const dir = join(folder, 'endpoint')
    const asked = async (partition: string | undefined) => {
      const { http, transport } = set({ dir, partition } as CacheOptions, repliesJson({ a: 1 }))
      await http.call(reads(), { image: 'x' })
      await http.close()
      return transport.calls.length
    }
    expect([await asked(undefined), await asked(undefined), await asked('other'), await asked('other')]).toEqual([
      1, 0, 1, 0,
    ])
  })

  it('shows nothing of a key of the user’s', async () => {
    const dir = join(folder, 'own')
    const { http } = set({ dir, key: () => '../canary' }, replies(200))
    await http.get('/a')
    await http.close()
    expect(readdirSync(dir)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json$/)])
  })

  it('does not believe an entry that somebody changed', async () => {
    const store = shelf()
    const { http } = set({ store }, replies(200, {}, 'true'), replies(200, {}, 'asked anew'))
    await http.get('/a')
    for (const [key, value] of store.kept) store.kept.set(key, Buffer.from(String(value).replace('true', 'fals')))
    expect(await (await http.get('/a')).text()).toBe('asked anew')
  })

  it.each(['', '{', '[]', 'null', '{"penstock":2}', '{"penstock":1,"storedAt":1,"status":200,"headers":{}}'])(
    'takes a corrupt entry for a miss, and says so: %j',
    async (text) => {
      const dir = join(folder, 'corrupt')
      const first = set({ dir }, replies(200, {}, 'fresh'))
      await first.http.get('/a')
      await first.http.close()
      for (const file of readdirSync(dir)) writeFileSync(join(dir, file), text)
      const { http } = set({ dir }, replies(200, {}, 'fresh'))
      const reply = await http.get('/a')
      expect([await reply.text(), notesOf(reply)]).toEqual(['fresh', [['cache.corrupt', { store: 'disk' }]]])
      await http.close()
    },
  )
})

describe('a store that does not serve', () => {
  const silent = () => new Promise<never>(() => {})

  it('is waited for fifty milliseconds', async () => {
    const { http, clock } = set({ store: shelf({ get: silent }) }, replies(200, {}, 'fresh'))
    const reply = http.get('/a')
    let done = false
    void reply.then(() => (done = true))
    await clock.advance(49)
    expect(done).toBe(false)
    await clock.advance(1)
    expect(notesOf(await reply)).toEqual([['cache.slow', { store: 'shelf', wait: 50 }]])
    expect(clock.timers).toBe(0)
  })

  it('is waited for no longer than the call has time', async () => {
    const { http, clock, transport } = around(
      [deadline({ after: 20 })],
      { store: shelf({ get: silent }) },
      replies(200),
    )
    const failed = http.get('/a').catch((thrown) => thrown)
    await clock.advance(20)
    const late = await failed
    expect(late).toMatchObject({ code: 'CALL_DEADLINE', layer: 'deadline', verdict: 'late' })
    expect(notesOf(late)).toEqual([])
    expect([transport.calls.length, clock.timers]).toEqual([0, 0])
  })

  it('lets an aborted caller go at once', async () => {
    const { http, transport, clock } = set({ store: shelf({ get: silent }) }, replies(200))
    const controller = new AbortController()
    const failed = http.get('/a', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort('left')
    expect(await failed).toBe('left')
    expect([transport.calls.length, clock.timers]).toEqual([0, 0])
  })

  it.each<[string, () => Promise<never>]>([
    ['rejecting', () => Promise.reject(new Error('broken'))],
    [
      'throwing',
      () => {
        throw new Error('broken')
      },
    ],
  ])('fails no call by %s, and is counted', async (_, broken) => {
    const { http, layer } = set({ store: shelf({ get: broken, set: broken }) }, replies(200, {}, 'fresh'))
    const reply = await http.get('/a')
    expect([await reply.text(), notesOf(reply), layer.counts()]).toEqual([
      'fresh',
      [
        ['cache.fails', { store: 'shelf' }],
        ['cache.not_kept', { store: 'shelf', why: 'fails' }],
      ],
      { kept: 0, lost: 1 },
    ])
  })

  it('holds no call up while it writes, and 64 answers at most', async () => {
    const { http, layer } = set({ store: shelf({ set: silent }) }, replies(200))
    for (let at = 0; at < 64; at++) await http.get(`/${at}`)
    await http.get('/0')
    expect(layer.counts()).toEqual({ kept: 0, lost: 0 })
    expect(notesOf(await http.get('/64'))).toEqual([['cache.not_kept', { store: 'shelf', why: 'is busy' }]])
    expect(layer.counts()).toEqual({ kept: 0, lost: 1 })
  })

  it('is given answers again once it has written those before', async () => {
    const { http, layer } = set({ store: shelf({ get: async () => undefined }) }, replies(200))
    for (let at = 0; at < 65; at++) await http.get('/a')
    expect(layer.counts()).toEqual({ kept: 65, lost: 0 })
  })

  it('is closed with the pipeline', async () => {
    let closed = 0
    const { http } = set({ store: { ...shelf({}), close: async () => void closed++ } }, replies(200))
    await http.close()

    expect(closed).toBe(1)
  })

  it('is waited for when the pipeline is closed', async () => {
    const written = Promise.withResolvers<void>()
    const { http, clock } = set({ store: shelf({ set: () => written.promise }) }, replies(200))
    await http.get('/a')
    let closed = false
    const closing = http.close().then(() => (closed = true))
    await clock.advance(999)
    expect(closed).toBe(false)
    written.resolve()
    await closing
    expect(clock.timers).toBe(0)
  })

  it('is waited for a second at most when the pipeline is closed', async () => {
    const { http, clock } = set({ store: shelf({ set: silent }) }, replies(200))
    await http.get('/a')
    const closing = http.close()
    await clock.advance(1000)
    await closing
    expect(clock.timers).toBe(0)
  })
})

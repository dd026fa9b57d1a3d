import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { client, pipeline, Secret } from '@penstock/core'
import { breaks, later, replies, repliesJson, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { cache, type CacheOptions, circuitBreaker, retry, status, type Store } from '@penstock/middleware'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'penstock-cache-'))
afterAll(() => rmSync(folder, { recursive: true }))

function set(options: CacheOptions, ...steps: readonly [Step, ...Step[]]) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const http = client({
    pipeline: pipeline([cache(options), retry({ retries: 0 }), circuitBreaker(), status()], transport),
    origin: 'https://api.example.com',
    clock,
  })
  return { clock, http, transport }
}

const notesOf = (thing: {
  readonly ledger: { readonly notes: readonly { kind: { id: string }; facts: object }[] | undefined }
}) => (thing.ledger.notes ?? []).map(({ kind, facts }) => [kind.id, facts])

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
    [
      'another body',
      { method: 'POST', json: 1, repeatable: 'always' },
      { method: 'POST', json: 2, repeatable: 'always' },
    ],
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
    ['what the server says not to store', replies(200, { 'cache-control': 'private, no-store' })],
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
    expect(notesOf(stale).at(-1)).toEqual(['cache.standsIn', { store: 'memory', age: 1499, code: 'STATUS_503' }])
    await clock.advance(1)
    await expect(http.get('/a')).rejects.toMatchObject({ code: 'STATUS_503' })
  })

  it('lets nothing stand in for what is the caller’s doing', async () => {
    const { http, clock } = set({ ttl: 1000, staleIfError: 500 }, replies(200), replies(404))
    await http.get('/a')
    await clock.advance(1000)
    await expect(http.get('/a')).rejects.toMatchObject({ code: 'STATUS_404' })
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
    expect(notesOf(one)).toEqual([['cache.stale', { store: 'memory', age: 1200 }]])
    await clock.advance(50)
    expect(await (await http.get('/a')).text()).toBe('new')
    expect(transport.calls.length).toBe(2)
  })

  it('survives a background fetch that fails', async () => {
    const { http, clock } = set(
      { ttl: 1000, staleWhileRevalidate: 500 },
      replies(200, {}, 'old'),
      breaks('CONNECTION_RESET'),
    )
    await http.get('/a')
    await clock.advance(1200)
    expect(await (await http.get('/a')).text()).toBe('old')
    await clock.advance(0)
    expect(await (await http.get('/a')).text()).toBe('old')
  })

  it('forgets what was used longest ago when memory is full', async () => {
    const { http, transport } = set({ maxBytes: 300 }, replies(200, {}, 'x'.repeat(60)))
    for (const path of ['/a', '/b', '/a', '/c', '/a', '/b']) await http.get(path)
    expect(transport.calls.map(({ path }) => path)).toEqual(['/a', '/b', '/c', '/b'])
  })

  it.each([{ ttl: -1 }, { staleIfError: NaN }, { staleWhileRevalidate: -1 }, { dir: 'x', store: {} as Store }])(
    'refuses to be made with %j',
    (options) => {
      expect(() => cache(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    },
  )
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
  const store = (get: () => Promise<Uint8Array | undefined>, put = async () => {}): Store => ({
    name: 'shelf',
    get,
    set: put,
    delete: async () => {},
  })

  it('is waited for fifty milliseconds', async () => {
    const { http, clock } = set({ store: store(() => new Promise(() => {})) }, replies(200, {}, 'fresh'))
    const reply = http.get('/a')
    let done = false
    void reply.then(() => (done = true))
    await clock.advance(49)
    expect(done).toBe(false)
    await clock.advance(1)
    expect(notesOf(await reply)).toEqual([['cache.slow', { store: 'shelf', patience: 50 }]])
    expect(clock.timers).toBe(0)
  })

  it('lets an aborted caller go at once', async () => {
    const { http, transport } = set({ store: store(() => new Promise(() => {})) }, replies(200))
    const controller = new AbortController()
    const failed = http.get('/a', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort('left')
    expect(await failed).toBe('left')
    expect(transport.calls).toEqual([])
  })

  it('fails no call by failing', async () => {
    const broken = () => Promise.reject(new Error('broken'))
    const { http } = set({ store: store(broken, broken) }, replies(200, {}, 'fresh'))
    const reply = await http.get('/a')
    expect([await reply.text(), notesOf(reply)]).toEqual(['fresh', [['cache.broken', { store: 'shelf' }]]])
  })

  it('is waited for when the pipeline is closed', async () => {
    let written = false
    const { http } = set(
      {
        store: store(
          async () => undefined,
          () => Promise.resolve().then(() => void (written = true)),
        ),
      },
      replies(200),
    )
    await http.get('/a')
    await http.close()
    expect(written).toBe(true)
  })
})

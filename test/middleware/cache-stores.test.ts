import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@penstock/core'
import { replies, repliesJson } from '@penstock/core/testing'
import { type CacheOptions, deadline } from '@penstock/middleware'
import { afterAll, describe, expect, it } from 'vitest'
import { around, notesOf, reads, set, shelf } from '../support/cached.ts'

const folder = mkdtempSync(join(tmpdir(), 'penstock-cache-'))
afterAll(() => rmSync(folder, { recursive: true }))

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

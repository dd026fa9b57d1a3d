import { type Call, Failure, Secret } from '@penstock/core'
import type { TokenOptions } from '@penstock/middleware'
import type { Store } from '../../packages/middleware/src/stores/store.ts'
import { describe, expect, it } from 'vitest'
import { against, grants, kept, notesOf, ok, unauthorized } from '../support/token-calls.ts'

describe('a store', () => {
  function memory(change: Partial<Store> = {}) {
    const values = new Map<string, { text: string; ttl: number }>()
    const store: Store = {
      name: 'memory',
      get: async (key) => (values.has(key) ? Buffer.from(values.get(key)!.text) : undefined),
      set: async (key, value, { ttl }) => void values.set(key, { text: Buffer.from(value).toString(), ttl }),
      delete: async (key) => void values.delete(key),
      ...change,
    }
    return { store, values }
  }
  const midnight = Date.UTC(2026, 0, 1)

  it('keeps the token with its end by the wall clock, under a key that holds no credential', async () => {
    const { store, values } = memory()
    const { outcome } = against([grants('t1')], [ok], { store })
    await outcome()

    expect([...values]).toEqual([
      [
        expect.stringMatching(/^token-[0-9a-f]{64}$/),
        { text: `{"token":"t1","expiresAt":${midnight + 3_600_000}}`, ttl: 3_600_000 },
      ],
    ])
  })

  it('saves the next process a token call, and the ledger says so', async () => {
    const { store } = memory()
    await against([grants('t1')], [ok], { store }).outcome()
    const { calls, keep } = kept()
    const { outcome, asked, used } = against([grants('t2')], [ok], { store }, { outer: [keep] })
    await outcome()

    expect([asked.length, used()]).toEqual([0, ['Bearer t1']])
    expect(notesOf(calls[0]!.ledger.children![0])).toEqual([['token.stored', { store: 'memory' }]])
  })

  it('serves another credential, scope or origin nothing', async () => {
    const { store, values } = memory()
    for (const options of [
      {},
      { path: '/token/b' },
      { clientId: 'b' },
      { clientSecret: 'b' },
      { scope: 'b' },
      { origin: 'https://b.example' },
    ])
      await against([grants('t1')], [ok], { store, ...options }).outcome()

    expect(values.size).toBe(6)
  })

  it('is asked again after a refusal, for another process may have a newer one', async () => {
    const { store, values } = memory()
    const { outcome, asked, used } = against([grants('t1')], [ok, unauthorized, ok], { store })
    await outcome()
    const [key] = values.keys()
    values.set(key!, { text: `{"token":"t9","expiresAt":${midnight + 3_600_000}}`, ttl: 0 })
    await outcome()

    expect([asked.length, used()]).toEqual([1, ['Bearer t1', 'Bearer t1', 'Bearer t9']])
  })

  it('does not bring a refused token back', async () => {
    const { store } = memory()
    const { outcome, asked, used } = against([grants('t1'), grants('t2')], [unauthorized, ok], { store })
    await outcome()

    expect([asked.length, used()]).toEqual([2, ['Bearer t1', 'Bearer t2']])
  })

  it.each([
    ['has ended', `{"token":"old","expiresAt":${midnight}}`, []],
    ['is no JSON', 'x', [['token.store_failed', { store: 'memory' }]]],
    ['is no token', '{"expiresAt":1}', [['token.store_failed', { store: 'memory' }]]],
    ['has no time', '{"token":"old","expiresAt":"x"}', [['token.store_failed', { store: 'memory' }]]],
  ])('whose entry %s is a miss', async (_, text, notes) => {
    const { store } = memory({ get: async () => Buffer.from(text) })
    const { outcome, asked, used } = against([grants('t1')], [ok], { store })
    await outcome()

    expect(used()).toEqual(['Bearer t1'])
    expect(notesOf(asked[0]!.ledger)).toEqual(notes)
  })

  it('whose entry never ends is used', async () => {
    const { store } = memory({ get: async () => Buffer.from('{"token":"t9","expiresAt":null}') })
    const { outcome, used } = against([grants('t1')], [ok], { store })
    await outcome()

    expect(used()).toEqual(['Bearer t9'])
  })

  it('that fails costs nothing but a note', async () => {
    const fails = () => Promise.reject(new Error('disk full'))
    const { store } = memory({ get: fails, set: fails })
    const { outcome, asked, used } = against([grants('t1')], [ok], { store })
    await outcome()

    expect(used()).toEqual(['Bearer t1'])
    expect(notesOf(asked[0]!.ledger)).toEqual([
      ['token.store_failed', { store: 'memory' }],
      ['token.store_failed', { store: 'memory' }],
    ])
  })

  it('that is silent is waited for 250 ms', async () => {
    const { store } = memory({ get: () => new Promise(() => {}) })
    const { http, clock, asked } = against([grants('t1')], [ok], { store })
    const call = http.get('/')
    await clock.advance(249)
    expect(asked.length).toBe(0)
    await clock.advance(1)
    await call

    expect(notesOf(asked[0]!.ledger)).toEqual([['token.store_silent', { store: 'memory', wait: 250 }]])
  })
})

describe('a source of one’s own', () => {
  const source = (give: (call: Call) => Promise<{ token: string | Secret; expiresIn: number } | Failure>) =>
    ({ source: give, clientId: undefined, clientSecret: undefined }) as Partial<TokenOptions<any>>

  it('is asked once, in milliseconds, and its failure is why there is no token', async () => {
    let asked = 0
    const { http, clock, used, outcome } = against(
      [ok],
      [ok],
      source(async () => {
        asked++
        return asked === 1
          ? { token: new Secret('mine', 't1'), expiresIn: 120_000 }
          : new Failure('token', 'CREDENTIAL_REFUSED', 'vault', 'the vault is shut')
      }),
    )
    await outcome()
    await clock.advance(59_999)
    await http.get('/')
    expect([asked, used()]).toEqual([1, ['Bearer t1', 'Bearer t1']])
    await clock.advance(1)

    expect(await outcome()).toMatchObject({
      verdict: 'auth',
      code: 'TOKEN_UNAVAILABLE',
      because: 'no token could be had: CREDENTIAL_REFUSED, the vault is shut',
    })
  })

  it('keeps tokens of two accounts apart, and by its name where none is given', async () => {
    const asked: string[] = []
    const store: Store = {
      name: 'memory',
      get: async (key) => void asked.push(key),
      set: async () => {},
      delete: async () => {},
    }
    const give = source(async () => ({ token: 't', expiresIn: 1000 }))
    for (const options of [{ account: 'a' }, { account: 'b' }, {}, { name: 'other' }, { account: 'a', name: 'third' }])
      await against([ok], [ok], { ...give, ...options, store }).outcome()

    expect(new Set(asked).size).toBe(4)
    expect(asked[4]).toBe(asked[0])
  })

  it('is told by its signal when nobody listens any more', async () => {
    let signal: AbortSignal | undefined
    const { http, clock } = against([ok], [ok], {
      ...source((call) => ((signal = call.signal), new Promise(() => {}))),
      after: 50,
    })
    const call = http.outcome({ path: '/' })
    await clock.advance(49)
    expect(signal!.aborted).toBe(false)
    await clock.advance(1)

    expect(await call).toMatchObject({ verdict: 'refused', code: 'TOKEN_UNAVAILABLE' })
    expect(signal!.aborted).toBe(true)
  })

  it.each([
    { token: 't', expiresIn: NaN },
    { token: 't', expiresIn: -1 },
    { token: 'a b', expiresIn: 1 },
  ])('that grants %o grants nothing', async (grant) => {
    const { outcome } = against(
      [ok],
      [ok],
      source(async () => grant),
    )

    expect(await outcome()).toMatchObject({ verdict: 'refused', because: 'what came is no token' })
  })
})

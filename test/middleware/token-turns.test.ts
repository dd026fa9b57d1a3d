/** How processes take turns at the token endpoint, by a store that has locks, on a clock that stands still. */
import { client, ledgerOf, pipeline } from '@penstock/core'
import { later, repliesJson, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { reject, status, type Store, token } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const keys = { clientId: 'an-id', clientSecret: 'a-secret' } as const
const grants = (access_token: string): Step => repliesJson({ access_token, expires_in: 3600 })

/** A store as Redis is one, without Redis. */
function shared(broken: Partial<Store> = {}) {
  const clock = virtualClock()
  const kept = new Map<string, Uint8Array>()
  const locks = new Map<string, number>()
  const seen: string[] = []
  const store: Store = {
    name: 'shared',
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
    delete: async (key) => void (seen.push('delete'), kept.delete(key)),
    async lock(key, { lease }) {
      const now = clock.now()
      seen.push(`lock at ${now}`)
      if ((locks.get(key) ?? 0) > now) return undefined
      locks.set(key, now + lease)
      return async () => void (seen.push('release'), locks.delete(key))
    },
    ...broken,
  }
  function using(
    tokens: readonly [Step, ...Step[]],
    calls: readonly [Step, ...Step[]] = [replies(200)],
    other = store,
  ) {
    const [asked, sent] = [scriptedTransport(...tokens), scriptedTransport(...calls)]
    const transport = {
      name: 'scripted',
      send: (call: Parameters<typeof asked.send>[0]) => (call.method === 'POST' ? asked : sent).send(call),
      close: async () => {},
    }
    const stack = pipeline([token({ ...keys, store: other }), status(), reject()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
    return { http, asked: asked.calls, sent: sent.calls }
  }
  return { clock, store, kept, seen, using }
}

const notesOf = (thing: unknown) =>
  [ledgerOf(thing), ...(ledgerOf(thing)?.children ?? [])].flatMap((one) => one?.notes ?? []).map(({ kind }) => kind.id)

describe('turns at the token endpoint', () => {
  it('one process asks; the other looks every 50 ms what it got', async () => {
    const { clock, seen, using } = shared()
    const [one, other] = [using([later(120, grants('t1'))]), using([grants('t2')])]
    const first = one.http.get('/')
    await clock.advance(0)
    const second = other.http.get('/')
    await clock.drain()
    await first

    expect(notesOf(await second)).toEqual(['token.others_turn', 'token.stored'])
    expect(seen).toEqual(['lock at 0', 'lock at 0', 'lock at 50', 'lock at 100', 'release'])
    expect([one.asked.length, other.asked.length, clock.now(), clock.timers]).toEqual([1, 0, 150, 0])
  })

  it('gives the turn back when there was no token to be had', async () => {
    const { clock, seen, using } = shared()
    const failed = using([replies(400)])
      .http.get('/')
      .catch((error: { code: string }) => error.code)
    await clock.drain()

    expect([await failed, seen]).toEqual(['TOKEN_UNAVAILABLE', ['lock at 0', 'release']])
  })

  it('looks once more when it has the turn: the one before it may have saved a token', async () => {
    const { clock, store, seen, using } = shared()
    await using([grants('t1')]).http.get('/')
    let looks = 0
    const late = { ...store, get: async (key: string) => (looks++ === 0 ? undefined : store.get(key)) }
    const { http, asked } = using([grants('t2')], [replies(200)], late)

    expect(notesOf(await http.get('/'))).toEqual(['token.stored'])
    expect([asked.length, seen, clock.timers]).toEqual([0, ['lock at 0', 'release', 'lock at 0', 'release'], 0])
  })

  it('deletes for all what is refused, before it asks for another', async () => {
    const { seen, using } = shared()
    const { http, asked } = using([grants('t1'), grants('t2')], [replies(401), replies(200)])
    await http.get('/')

    expect([asked.length, seen]).toEqual([2, ['lock at 0', 'release', 'delete', 'lock at 0', 'release']])
  })

  it('asks by itself when the lock fails, or is silent for 250 ms', async () => {
    const gone = shared({ lock: () => Promise.reject(new Error('gone')) })
    expect(notesOf(await gone.using([grants('t1')]).http.get('/'))).toEqual(['token.store_failed'])

    const silent = shared({ lock: () => new Promise(() => {}) })
    const reply = silent.using([grants('t1')]).http.get('/')
    await silent.clock.drain()
    expect([notesOf(await reply), silent.clock.now()]).toEqual([['token.store_silent'], 250])
  })

  it('leaves a wait for another’s turn at once when it is aborted, and ends it with the time for a token', async () => {
    const { clock, store, using } = shared()
    await store.lock!('token-any', { lease: 1 })
    const held = { ...store, lock: async () => undefined }
    const { http, asked } = using([grants('t1')], [replies(200)], held)
    const controller = new AbortController()
    const aborted = http.get('/', { signal: controller.signal }).catch((error: unknown) => error)
    const late = http.get('/').catch((error: { code: string }) => error.code)
    await clock.advance(70)
    controller.abort('enough')
    expect(await aborted).toBe('enough')
    await clock.drain()

    expect([await late, clock.now(), asked.length, clock.timers]).toEqual(['TOKEN_UNAVAILABLE', 10_000, 0, 0])
  })

  it('closes the store with its pipeline', async () => {
    let closed = 0
    const { using } = shared({ close: async () => void closed++ })
    await using([grants('t1')]).http.close()

    expect(closed).toBe(1)
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { client, type Failure, ledgerOf, pipeline } from '@penstock/core'
import { replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { quota, type QuotaOptions, status, type Store } from '@penstock/middleware'
import { diskStore } from '@penstock/middleware/stores/disk'
import { describe, expect, it, onTestFinished } from 'vitest'

const ok = replies(200)
const usedUp: Step = async (call) => ((await ok(call)) as { judged: Function }).judged({ verdict: 'quota' })

/** A store that can be watched and broken. */
function watched(broken: Partial<Store> = {}) {
  const kept = new Map<string, { readonly value: string; readonly ttl: number }>()
  const store: Store = {
    name: 'watched',
    get: async (key) => (kept.has(key) ? Buffer.from(kept.get(key)!.value) : undefined),
    set: async (key, value, { ttl }) => void kept.set(key, { value: String(value), ttl }),
    delete: async (key) => void kept.delete(key),
    ...broken,
  }
  return { kept, store }
}

/** One process after the other, each with a memory of its own. */
function using(
  options: QuotaOptions,
  steps: readonly [Step, ...Step[]] = [ok],
  clock = virtualClock(Date.UTC(2026, 0, 1, 12)),
) {
  const budget = quota({ warnAt: 1, ...options })
  const transport = scriptedTransport(...steps)
  const http = client({ pipeline: pipeline([budget, status()], transport), origin: 'https://api.example.com', clock })
  const send = async (count: number) => {
    const codes: string[] = []
    for (let made = 0; made < count; made++) codes.push((await http.outcome({ path: '/' })).code)
    return codes
  }
  return { clock, http, send, budget, calls: transport.calls }
}
const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind, facts }) => [kind.id, facts]) ?? []

describe('quota with a store', () => {
  it('goes on from where the last process stopped', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'penstock-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const date = () => Date.UTC(2026, 0, 1, 12)
    const first = using({ limit: 3, store: diskStore({ dir, date }) })
    await first.send(2)
    await first.http.close()
    const next = using({ limit: 3, store: diskStore({ dir, date }) })

    expect(await next.send(2)).toEqual(['STATUS_200', 'QUOTA_SPENT'])
  })

  it('keeps a count for as long as its day, under a digest that tells nothing', async () => {
    const { kept, store } = watched()
    const { http } = using({ limit: 3, store })
    await http.get('/?key=a-secret')
    await http.close()

    expect([...kept]).toEqual([
      [
        expect.stringMatching(/^quota-[0-9a-f]{32}:2026-01-01$/),
        { value: '{"used":1,"parkedUntil":0}', ttl: 86_400_000 },
      ],
    ])
  })

  it('keeps what was given back, and writes once for many calls', async () => {
    let writes = 0
    const { kept, store } = watched()
    const slow = { ...store, set: async (...entry: Parameters<Store['set']>) => (writes++, store.set(...entry)) }
    const { http } = using({ limit: 300, store: slow }, [replies(404)])
    await Promise.all(Array.from({ length: 200 }, () => http.outcome({ path: '/' })))
    await http.close()

    expect([...kept.values()].map(({ value }) => value)).toEqual(['{"used":0,"parkedUntil":0}'])
    expect(writes).toBeLessThan(50)
  })

  it('rests for the next process too, where the server has said that nothing is left', async () => {
    const { store } = watched()
    const first = using({ store, counts: () => true }, [usedUp])
    await first.send(1)
    await first.http.close()
    expect(first.clock.timers).toBe(0)
    const next = using({ store })
    const outcome = (await next.http.outcome({ path: '/' })) as Failure

    expect([outcome.code, outcome.retryAfter, next.calls.length]).toEqual(['QUOTA_SPENT', 43_200_000, 0])
    // the one that was refused after the count was read has taken nothing
    expect(next.budget.used()[0]!.used).toBe(1)
  })

  it('counts from what it knows while the store fails, says so, and adds what is there when it can be read', async () => {
    const { kept, store } = watched()
    const first = using({ limit: 5, store })
    await first.send(2)
    await first.http.close()
    let broken = true
    const get = (key: string) => (broken ? Promise.reject(new Error('broken')) : store.get(key))
    const next = using({ limit: 5, store: { ...store, get } })
    const reply = await next.http.get('/')
    expect(notesOf(reply)).toEqual([['quota.store_failed', { store: 'watched' }]])
    // what could not be read is not written over
    expect([...kept.values()][0]!.value).toBe('{"used":2,"parkedUntil":0}')
    broken = false

    expect(await next.send(3)).toEqual(['STATUS_200', 'STATUS_200', 'QUOTA_SPENT'])
  })

  it('goes on without a store that is silent for 250 ms, or refuses, by option', async () => {
    const { store } = watched({ get: () => new Promise(() => {}) })
    const sharing = using({ limit: 5, store })
    const reply = sharing.http.get('/')
    await sharing.clock.advance(250)
    expect(notesOf(await reply)).toEqual([['quota.store_silent', { store: 'watched', wait: 250 }]])

    const strict = using({ limit: 5, store, whenGone: 'refuse' })
    const outcome = strict.http.outcome({ path: '/' })
    await strict.clock.advance(250)
    expect([(await outcome).code, (await outcome).retryAfter, strict.calls.length, strict.clock.timers]).toEqual([
      'QUOTA_SPENT',
      1000,
      0,
      0,
    ])
  })

  it('leaves the wait for a store at once when it is aborted', async () => {
    const { store } = watched({ get: () => new Promise(() => {}) })
    const { http, clock, budget } = using({ limit: 5, store })
    const controller = new AbortController()
    const call = http.get('/', { signal: controller.signal }).catch((error: unknown) => error)
    await clock.advance(10)
    controller.abort('enough')

    expect([await call, clock.now(), clock.timers, budget.used()[0]!.used]).toEqual(['enough', 10, 0, 0])
  })

  it('takes a count that is none for a failing store', async () => {
    const { store } = watched({ get: async () => Buffer.from('{"used":"many"}') })

    expect(notesOf(await using({ store }).http.get('/'))).toEqual([['quota.store_failed', { store: 'watched' }]])
  })

  it('a write that fails breaks nothing, and closing waits for one, a second at most', async () => {
    const set = () => {
      throw new Error('full')
    }
    const failing = using({ limit: 5, store: watched({ set }).store })
    expect(await failing.send(2)).toEqual(['STATUS_200', 'STATUS_200'])
    await failing.http.close()

    let closed = 0
    const hanging = using({
      limit: 5,
      store: watched({ set: () => new Promise(() => {}), close: async () => void closed++ }).store,
    })
    await hanging.send(1)
    const done = hanging.http.close()
    await hanging.clock.advance(999)
    expect(closed).toBe(0)
    await hanging.clock.advance(1)
    await done
    expect([closed, hanging.clock.timers]).toEqual([1, 0])
  })
})

/** The one flight of token() against an automaton of its own, through random interleavings of calls, grants, 401s, aborts and time. */
import { inspect, isDeepStrictEqual } from 'node:util'
import { bytesBody, type Call, client, Failure, type Outcome, pipeline, Reply, revealed } from '@penstock/core'
import { seeded, virtualClock } from '@penstock/core/testing'
import { type Grant, status, token } from '@penstock/middleware'
import { expect, it } from 'vitest'
import { TokenModel } from '../models/token.ts'
import { settled } from '../support/transports.ts'

const seeds = 20
const steps = 5000

async function run(seed: number) {
  const limits = { skew: 100 * (seed % 3), after: 400 }
  const chance = seeded(seed)
  const below = (most: number) => Math.floor(chance() * most)
  const clock = virtualClock()
  const model = new TokenModel(limits)
  const asked: PromiseWithResolvers<Grant | Failure>[] = []
  const atServer = new Map<number, { readonly token: string; readonly answer: (status: number) => void }>()
  const ended = new Map<number, string>()
  const aborts = new Map<number, AbortController>()
  const log: string[] = []

  const bearer = token({
    ...limits,
    source() {
      const grant = Promise.withResolvers<Grant | Failure>()
      asked.push(grant)
      return grant.promise
    },
  })
  const transport = {
    name: 'by hand',
    async send(call: Call<any>): Promise<Outcome> {
      const id = Number(call.path.slice(1))
      const answered = Promise.withResolvers<number>()
      atServer.set(id, { token: revealed(call.headers)['authorization'] as string, answer: answered.resolve })
      const status = await call.until(answered.promise)
      atServer.delete(id)
      return typeof status === 'number' ? new Reply(status, {}, bytesBody(new Uint8Array())) : status
    },
    close: async () => {},
  }
  const http = client({ pipeline: pipeline([bearer, status()], transport), origin: 'https://api.example.com', clock })

  function start(id: number): void {
    const abort = new AbortController()
    aborts.set(id, abort)
    void http.outcome({ path: `/${id}`, signal: abort.signal }).then(
      (outcome) => ended.set(id, outcome.failed && outcome.verdict !== 'cancelled' ? outcome.code : outcome.verdict),
      (bug: unknown) => ended.set(id, String(bug)),
    )
    model.start(id, clock.now())
  }

  function agree(): void {
    const tokens = new Map([...model.atServer].map(([id, value]) => [id, `Bearer ${value}`]))
    const found = { flights: asked.length, tokens: new Map([...atServer].map(([id, { token }]) => [id, token])), ended }
    const wanted = { flights: model.flights, tokens, ended: model.ended }
    if (!isDeepStrictEqual(found, wanted)) throw disagreement(found, wanted)
    ended.clear()
    model.ended.clear()
  }

  function disagreement(found: unknown, wanted: unknown): Error {
    const lately = log.slice(-12).join(', ')
    return new Error(
      `seed ${seed}, at ${clock.now()} ms, after ${lately}: ${inspect(found)} and not ${inspect(wanted)}`,
    )
  }

  /** One thing happens, to both. */
  async function happens(dice: number, step: number): Promise<string> {
    const { live, flying } = model
    const at = [...model.atServer.keys()]
    if (dice < 0.3) {
      if (live.length < 12) start(step)
      return `start ${step}`
    }
    if (dice < 0.45 && flying) {
      const kind = chance()
      if (kind < 0.7) {
        const [value, expiresIn] = [`t${asked.length}`, [0, 50, 150, 400, 3000, Infinity][below(6)]!]
        asked.at(-1)!.resolve({ token: value, expiresIn })
        model.granted(value, expiresIn)
        return `grants ${value} for ${expiresIn} ms`
      }
      if (kind < 0.9) {
        asked.at(-1)!.resolve(new Failure('server', 'SERVER_ERROR', 'by hand', 'it failed'))
        model.failed('TOKEN_UNAVAILABLE')
        return 'grants nothing'
      }
      asked.at(-1)!.reject(new TypeError('a bug'))
      model.failed('TypeError: a bug')
      return 'throws'
    }
    if (dice < 0.75 && at.length > 0) {
      const id = at[below(at.length)]!
      const refused = chance() < 0.5
      atServer.get(id)!.answer(refused ? 401 : 200)
      model.answered(id, refused, clock.now())
      return `${refused ? 401 : 200} for ${id}`
    }
    if (dice < 0.82 && live.length > 0) {
      const id = live[below(live.length)]!
      aborts.get(id)!.abort('gone')
      model.aborted(id)
      return `abort ${id}`
    }
    const milliseconds = [1, 20, 50, 100, 400, 2000][below(chance() < 0.8 ? 4 : 6)]!
    await clock.advance(milliseconds)
    model.timePasses(clock.now())
    return `${milliseconds} ms`
  }

  for (let step = 0; step < steps; step++) {
    log[step] = await happens(chance(), step)
    await settled(1)
    agree()
  }
  for (const id of model.live) {
    aborts.get(id)!.abort('gone')
    model.aborted(id)
  }
  await clock.advance(limits.after)
  model.timePasses(clock.now())
  await settled(1)
  agree()
  expect(clock.timers).toBe(0)
  return model.seen
}

it('does what its automaton does, over 100 000 steps at random', { timeout: 60_000 }, async () => {
  const all: Record<string, number> = {}
  for (let seed = 1; seed <= seeds; seed++)
    for (const [kind, count] of Object.entries(await run(seed))) all[kind] = (all[kind] ?? 0) + count
  // it has been everywhere, and often
  expect(Object.entries(all).filter(([, count]) => count < 200)).toEqual([])
})

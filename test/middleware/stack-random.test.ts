/**
 * All that holds something, in one stack, through random interleavings of calls, answers, aborts and time: places of a
 * bulkhead and of adaptiveConcurrency, probes of a circuit, turns of a limiter, the flight of a token, waits of retry. What is
 * acquired is released once, whatever cuts it short: no more is in use than may be, and nothing is when all calls are over.
 */
import { getEventListeners } from 'node:events'
import { bytesBody, type Call, client, Failure, type Outcome, pipeline, Reply } from '@penstock/core'
import { seeded, stalls, virtualClock } from '@penstock/core/testing'
import {
  adaptiveConcurrency,
  bulkhead,
  circuitBreaker,
  deadline,
  type Grant,
  rateLimit,
  retry,
  status,
  timeout,
  token,
} from '@penstock/middleware'
import { expect, it } from 'vitest'
import { settled } from '../support/transports.ts'

const origin = 'https://api.example.com'
const steps = 2000

type Answer = number | 'reset' | 'stalls' | 'bug'

const failures: readonly Answer[] = [500, 500, 'reset', 'reset', 'stalls', 401, 429, 'bug']

async function run(seed: number) {
  const chance = seeded(seed)
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)]!
  const clock = virtualClock()
  const grants: ((grant: Grant | Failure) => void)[] = []
  const server: ((answer: Answer) => void)[] = []
  const most = { server: 0, bulkhead: 0 }

  const few = bulkhead({ limit: 6, maxQueue: 8 })
  const breaker = circuitBreaker({ volume: 4, failures: 60, openFor: 60, maxOpenFor: 200, probeLease: 500, probes: 2 })
  const adaptive = adaptiveConcurrency({ limit: 3, maxLimit: 4, maxQueue: 6 })
  const layers = [
    deadline({ after: 2000 }),
    few,
    retry({ retries: 2, delay: 40, maxDelay: 100, budget: Infinity }),
    breaker,
    token({ after: 700, skew: 50, source: () => new Promise<Grant | Failure>((resolve) => grants.push(resolve)) }),
    rateLimit({ limit: 5, window: 100, guard: 5 }),
    adaptive,
    timeout({ after: 300 }),
    status(),
  ] as const
  const transport = {
    name: 'by hand',
    async send(call: Call<any>): Promise<Outcome> {
      const answered = Promise.withResolvers<Answer>()
      server.push(answered.resolve)
      most.server = Math.max(most.server, server.length)
      const answer = await call.until(answered.promise)
      server.splice(server.indexOf(answered.resolve), 1)
      if (answer instanceof Failure) return answer.at('wait', 'all')
      if (answer === 'bug') throw new TypeError('a bug')
      if (answer === 'stalls') return stalls()(call)
      if (answer === 'reset')
        return new Failure('network', 'CONNECTION_RESET', 'by hand', 'it broke', { phase: 'wait' })
      return new Reply(answer, {}, bytesBody(Buffer.from('{}')))
    },
    close: async () => {},
  }
  const http = client({ pipeline: pipeline(layers, transport), origin, clock, chance })

  const live = new Map<number, AbortController>()
  const signals: AbortSignal[] = []
  const ends: Record<string, number> = {}
  const wrong: string[] = []
  let failing = 0.1

  function start(id: number): void {
    const abort = new AbortController()
    live.set(id, abort)
    signals.push(abort.signal)
    const call = http.get(`/${id % 3}`, { signal: abort.signal }).then((reply) => reply.text())
    const ended = (how: string) => {
      live.delete(id)
      ends[how] = (ends[how] ?? 0) + 1
    }
    call.then(
      () => ended('ok'),
      (error: unknown) => {
        const { code } = Object(error) as { code?: unknown }
        if (abort.signal.aborted && error !== abort.signal.reason)
          wrong.push(`${id} was aborted and ended with ${String(error)}`)
        ended(abort.signal.aborted ? 'aborted' : typeof code === 'string' ? code : String(error))
      },
    )
  }

  async function abort(id: number): Promise<void> {
    live.get(id)!.abort({ of: id })
    await settled(1)
    if (live.has(id)) wrong.push(`${id} was aborted at ${clock.now()} ms and goes on`)
  }

  async function happens(dice: number, step: number): Promise<void> {
    if (dice < 0.35) return start(step)
    if (dice < 0.6) {
      const answer = chance() < failing ? one(failures) : 200
      if (server.length > 0) one(server)(answer)
    } else if (dice < 0.68) {
      grants.shift()?.(
        chance() < 0.8
          ? { token: `t${step}`, expiresIn: 1500 }
          : new Failure('server', 'SERVER_ERROR', 'by hand', 'no'),
      )
    } else if (dice < 0.8) {
      if (live.size > 0) await abort(one([...live.keys()]))
    } else await clock.advance(one([1, 5, 20, 60, 150]))
  }

  for (let step = 0; step < steps; step++) {
    if (step % 200 === 0) failing = one([0.1, 0.5, 1])
    await happens(chance(), step)
    await settled(1)
    most.bulkhead = Math.max(most.bulkhead, few.state(origin).inFlight)
  }
  for (const id of live.keys()) if (chance() < 0.5) await abort(id)
  await clock.advance(3000)
  const left = {
    wrong,
    live: live.size + server.length,
    bulkhead: few.state(origin),
    adaptive: { ...adaptive.state(origin), limit: 0 },
    listeners: signals.filter((signal) => getEventListeners(signal, 'abort').length > 0).length,
    timers: clock.timers,
  }

  // and it works as on the first day: as many as there are places, all at once
  for (let round = 0; round < 3; round++) {
    for (let id = 0; id < 4; id++) start(steps + id)
    for (let turn = 0; turn < 40 && live.size > 0; turn++) {
      await clock.advance(25)
      grants.splice(0).forEach((grant) => grant({ token: `last${round}`, expiresIn: Infinity }))
      ;[...server].forEach((answer) => answer(200))
    }
  }
  const after = { live: live.size, circuit: breaker.state(origin), timers: clock.timers }
  await Promise.all([http.close(), clock.advance(5000)])
  return { told: { seed, most, left, after }, ends }
}

const nothing = {
  wrong: [],
  live: 0,
  bulkhead: { limit: 6, inFlight: 0, waiting: 0 },
  adaptive: { limit: 0, inFlight: 0, waiting: 0 },
  listeners: 0,
  timers: 0,
}

it('a stack of all that holds something has given everything back after 40 000 steps at random', async () => {
  const all: Record<string, number> = {}
  for (let seed = 1; seed <= 20; seed++) {
    const { told, ends } = await run(seed)
    const after = { live: 0, circuit: 'closed', timers: 0 }
    expect(told).toEqual({ seed, most: { server: 4, bulkhead: 6 }, left: nothing, after })
    for (const [end, count] of Object.entries(ends)) all[end] = (all[end] ?? 0) + count
  }
  // it has been everywhere
  const everywhere = ['ok', 'aborted', 'CIRCUIT_OPEN', 'BULKHEAD_FULL', 'ATTEMPT_TIMEOUT', 'TypeError: a bug']
  expect(everywhere.filter((end) => !(all[end]! > 20))).toEqual([])
}, 60_000)

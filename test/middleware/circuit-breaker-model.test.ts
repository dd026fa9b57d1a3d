/** circuitBreaker against an automaton of its own, through random interleavings of calls, results, aborts, isolation and time. */
import { inspect, isDeepStrictEqual } from 'node:util'
import { bytesBody, type Call, client, type Failure, type Outcome, pipeline, Reply, type Verdict } from '@penstock/core'
import { seeded, virtualClock } from '@penstock/core/testing'
import { circuitBreaker, status } from '@penstock/middleware'
import { expect, it } from 'vitest'
import { BreakerModel, type Leave } from '../models/breaker.ts'
import { settled } from '../support/transports.ts'

const origin = 'https://api.example.com'
const seeds = 20
const steps = 5000

type Underway = {
  readonly key: string
  readonly leave: Leave
  readonly answer: (verdict: Verdict) => void
  readonly abort: () => void
}

const limitsOf = (seed: number) => ({
  failures: [30, 50, 80][seed % 3]!,
  volume: 2 + (seed % 5),
  window: 1000,
  latest: 10 * (1 + (seed % 4)),
  probes: 1 + (seed % 3),
  openFor: 100,
  maxOpenFor: 350,
  probeLease: 100,
})

async function run(seed: number) {
  const limits = limitsOf(seed)
  const chance = seeded(seed)
  const below = (most: number) => Math.floor(chance() * most)
  const clock = virtualClock()
  const held = (seed % 5) / 5
  const models = new Map(['/a', '/b'].map((key) => [key, new BreakerModel(limits, held)]))
  let sent = 0
  let answer: (verdict: Verdict) => void
  const transport = {
    name: 'by hand',
    async send(call: Call<any>): Promise<Outcome> {
      const answered = Promise.withResolvers<Verdict>()
      sent++
      answer = answered.resolve
      const verdict = await call.until(answered.promise)
      return typeof verdict === 'string' ? new Reply(200, {}, bytesBody(new Uint8Array())).judged({ verdict }) : verdict
    },
    close: async () => {},
  }
  const breaker = circuitBreaker({ ...limits, key: (call) => call.path })
  const http = client({ pipeline: pipeline([breaker, status()], transport), origin, clock, chance: () => held })
  const underway: Underway[] = []
  const releases: { readonly key: string; readonly release: () => void }[] = []
  const log: string[] = []
  let failing = 0.5

  async function start(key: string): Promise<void> {
    const abort = new AbortController()
    const before = sent
    let outcome: Outcome | undefined
    void http.outcome({ path: key, signal: abort.signal }).then((end) => (outcome = end))
    await settled(1)
    const leave = models.get(key)!.start(clock.now())
    const told = outcome as Failure | undefined
    const came = { sent: sent - before, code: told?.code, wait: told?.retryAfter }
    if ('refusedFor' in leave) return same(came, { sent: 0, code: 'CIRCUIT_OPEN', wait: leave.refusedFor })
    same(came, { sent: 1, code: undefined, wait: undefined })
    underway.push({ key, leave, answer, abort: () => abort.abort('gone') })
  }

  async function end(verdict: Verdict | 'abort'): Promise<void> {
    const [call] = underway.splice(below(underway.length), 1)
    if (call === undefined) return
    if (verdict === 'abort') call.abort()
    else call.answer(verdict)
    await settled(1)
    const healthy = verdict === 'ok' ? true : verdict === 'server' ? false : undefined
    models.get(call.key)!.end(call.leave, healthy, clock.now())
  }

  function same(found: unknown, wanted: unknown): void {
    if (isDeepStrictEqual(found, wanted)) return
    const lately = log.slice(-12).join(', ')
    throw new Error(`seed ${seed}, at ${clock.now()} ms, after ${lately}: ${inspect(found)} and not ${inspect(wanted)}`)
  }
  const all = { opened: 0, closed: 0, lapsed: 0, late: 0, ignored: 0 }

  for (let step = 0; step < steps; step++) {
    if (step % 100 === 0) failing = [0.05, 0.5, 0.95][below(3)]!
    const key = chance() < 0.7 ? '/a' : '/b'
    const dice = chance()
    if (dice < 0.4 && underway.length < 20) {
      log.push(`start ${key}`)
      await start(key)
    } else if (dice < 0.7) {
      const verdict = chance() < 0.1 ? 'input' : chance() < failing ? 'server' : 'ok'
      log.push(verdict)
      await end(verdict)
    } else if (dice < 0.75) {
      log.push('abort')
      await end('abort')
    } else if (dice < 0.76) {
      log.push(`isolate ${key}`)
      releases.push({ key, release: breaker.isolate(key) })
      models.get(key)!.isolate()
    } else if (dice < 0.79) {
      const [hold] = releases.splice(below(releases.length), 1)
      if (hold === undefined) continue
      log.push(`release ${hold.key}`)
      hold.release()
      models.get(hold.key)!.release()
    } else {
      const milliseconds = [1, 7, 25, 50, 75, 100, 150, 350, 1100][below(chance() < 0.8 ? 5 : 9)]!
      log.push(`${milliseconds} ms`)
      await clock.advance(milliseconds)
    }
    // not after every step: looking may not be what makes it turn
    if (chance() < 0.5) same(breaker.state(key), models.get(key)!.state(clock.now()))
  }
  for (const { seen } of models.values())
    for (const kind of Object.keys(all) as (keyof typeof all)[]) all[kind] += seen[kind]

  for (const { key, release } of releases) {
    release()
    models.get(key)!.release()
  }
  while (underway.length > 0) await end('abort')
  for (const key of models.keys()) {
    await clock.advance(2000)
    if (breaker.state(key) === 'closed') continue
    await start(key)
    await end('ok')
    same(breaker.state(key), 'closed')
  }
  same(clock.timers, 0)
  return all
}

it('does what its automaton does, over 100 000 steps at random', { timeout: 60_000 }, async () => {
  const all: Record<string, number> = {}
  for (let seed = 1; seed <= seeds; seed++)
    for (const [kind, count] of Object.entries(await run(seed))) all[kind] = (all[kind] ?? 0) + count
  // it has been everywhere, and often
  expect(Object.entries(all).filter(([, count]) => count < 200)).toEqual([])
})

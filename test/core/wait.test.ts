import { getEventListeners } from 'node:events'
import { type Call, client, Failure, layer, type Next, type Outcome, pipeline } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { expect, it } from 'vitest'

const bound = { after: 100, layer: 'bound', code: 'CALL_DEADLINE', verdict: 'late' } as const

function run(runs: (call: Call, next: Next) => Promise<Outcome>, signal?: AbortSignal) {
  const clock = virtualClock()
  const http = client({
    pipeline: pipeline([layer({ ...waiting, run: runs })], scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
    clock,
  })
  return { clock, http, outcome: http.outcome({ path: '/', ...(signal && { signal }) }) }
}

const waiting = { name: 'waiting', slot: 'wire' } as const

const passing = (cut: Failure | undefined, call: Call, next: Next) => cut ?? next(call)

it('waits as long as it is told', async () => {
  const { clock, outcome } = run(async (call, next) => passing(await call.wait(70), call, next))
  let done = false
  void outcome.then(() => (done = true))
  await clock.advance(69)
  expect(done).toBe(false)
  await clock.advance(1)
  expect(done).toBe(true)
  expect(clock.timers).toBe(0)
})

it.each([
  ['ends before the wait', 200],
  ['ends with the wait', 100],
])('hands back the failure when the deadline %s', async (_, time) => {
  const { clock, outcome } = run(async (call, next) => passing(await call.within(bound).wait(time), call, next))
  await clock.advance(100)
  expect(await outcome).toMatchObject({
    failed: true,
    code: 'CALL_DEADLINE',
    verdict: 'late',
    because: '100 ms were over',
    phase: 'local',
    sent: 'none',
  })
})

it('keeps an earlier deadline', async () => {
  const seen: number[] = []
  const { outcome } = run((call, next) => {
    const inner = call.within(bound).within({ ...bound, after: 500 })
    seen.push(
      inner.remaining(),
      call
        .within({ ...bound, after: 500 })
        .within(bound)
        .remaining(),
    )
    return next(inner)
  })
  await outcome
  expect(seen).toEqual([100, 100])
})

it('hands back the caller’s abort at once, and keeps no listener', async () => {
  const controller = new AbortController()
  const { clock, outcome } = run(async (call, next) => passing(await call.wait(1000), call, next), controller.signal)
  await clock.advance(1)
  controller.abort('left')
  expect(await outcome).toMatchObject({ code: 'CANCELLED', verdict: 'cancelled', reason: 'left' })
  expect([clock.now(), clock.timers, getEventListeners(controller.signal, 'abort').length]).toEqual([1, 0, 0])
})

it('lets go of shared work and leaves it alone', async () => {
  const controller = new AbortController()
  let finish!: (value: string) => void
  const work = new Promise<string>((resolve) => (finish = resolve))
  const { outcome } = run(async (call, next) => {
    const got = await call.until(work)
    return got instanceof Failure ? got : next(call)
  }, controller.signal)
  controller.abort('left')
  expect(await outcome).toMatchObject({ code: 'CANCELLED' })
  finish('done')
  expect(await work).toBe('done')
})

it('hands on what shared work gives, and what it throws', async () => {
  const bug = new TypeError('a bug')
  const seen: unknown[] = []
  const { outcome } = run(async (call, next) => {
    seen.push(
      await call.until(Promise.resolve('value')),
      await call.until(Promise.reject(bug)).catch((thrown) => thrown),
    )
    return next(call)
  })
  await outcome
  expect(seen).toEqual(['value', bug])
})

it('does not begin a wait on a call that is over', async () => {
  const { clock, http, outcome } = run(async (call, next) =>
    passing((await call.wait(10)) ?? (await call.wait(1000)), call, next),
  )
  const closed = http.close({ within: 5 })
  await clock.advance(5)
  await closed
  expect(await outcome).toMatchObject({ code: 'CLIENT_CLOSED' })
  expect(clock.timers).toBe(0)
})

it('keeps no listener after ten thousand waits on one signal', async () => {
  const { signal } = new AbortController()
  const clock = virtualClock()
  const joins = layer({
    ...waiting,
    run: async (call, next) => passing(await call.until(Promise.resolve(undefined)), call, next),
  })
  const http = client({
    pipeline: pipeline([joins], scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
    clock,
  })
  for (let round = 0; round < 100; round++)
    await Promise.all(Array.from({ length: 100 }, () => http.get('/', { signal })))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('keeps no listener when the deadline ends a wait', async () => {
  const { signal } = new AbortController()
  const { clock, outcome } = run(
    async (call, next) => passing(await call.within({ ...bound, after: 50 }).wait(100), call, next),
    signal,
  )
  await clock.advance(50)
  expect([(await outcome).code, getEventListeners(signal, 'abort'), clock.timers]).toEqual(['CALL_DEADLINE', [], 0])
})

it('keeps no listener when a wait ends by itself', async () => {
  const { signal } = new AbortController()
  const { clock, outcome } = run(async (call, next) => passing(await call.wait(50), call, next), signal)
  await clock.advance(50)
  expect([(await outcome).code, getEventListeners(signal, 'abort')]).toEqual(['STATUS_200', []])
})

it.each([0, -10_000, NaN])('does not wait for %d ms', async (milliseconds) => {
  const { clock, outcome } = run(async (call, next) => passing(await call.wait(milliseconds), call, next))
  await clock.advance(1)
  expect(await outcome).toMatchObject({ code: 'STATUS_200' })
})

it('hands on what shared work gives late, and nothing that came in time', async () => {
  const controller = new AbortController()
  const late: string[] = []
  const work = Promise.withResolvers<string>()
  const { outcome } = run(async (call, next) => {
    await call.until(Promise.resolve('in time'), (value) => late.push(value))
    const got = await call.until(work.promise, (value) => late.push(value))
    return got instanceof Failure ? got : next(call)
  }, controller.signal)
  await Promise.resolve()
  controller.abort('left')
  expect(await outcome).toMatchObject({ code: 'CANCELLED' })
  work.resolve('late')
  await work.promise
  expect(late).toEqual(['late'])
})

it('leaves the waits of others alone when shared work breaks after its call', async () => {
  const controller = new AbortController()
  const work = Promise.withResolvers<never>()
  work.promise.catch(() => {})
  const { clock, http, outcome } = run(async (call, next) => {
    if (call.signal === undefined) return passing(await call.wait(100), call, next)
    const both = [call.within(bound).until(work.promise)]
    controller.abort('left')
    both.push(call.within(bound).until(work.promise))
    return (await Promise.all(both))[1]!
  }, controller.signal)
  const other = http.outcome({ path: '/' })
  expect(await outcome).toMatchObject({ code: 'CANCELLED' })
  work.reject(new Error('late'))
  await clock.advance(0)
  expect(clock.timers).toBe(1)
  await clock.advance(100)
  expect([await other, clock.timers]).toMatchObject([{ code: 'STATUS_200' }, 0])
})

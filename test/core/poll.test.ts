import { client, ledgerOf, pipeline, poll, type PollProgress, type Checked } from '@penstock/core'
import { hangs, replies, repliesJson, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { status } from '@penstock/middleware'
import { expect, test } from 'vitest'

const chance = () => 0
const submit = () => Promise.resolve('t1')
const doneAfter = (times: readonly Checked<string>[]) => {
  const left = [...times]
  return () => Promise.resolve(left.shift() ?? { done: true as const, value: 'made' })
}

test('submits, waits by the schedule, and gives the value', async () => {
  const clock = virtualClock()
  const told: PollProgress[] = []
  const check = doneAfter([{ done: false }, { done: false }])
  const value = poll({ submit, check, clock, chance, onProgress: (progress) => told.push(progress) })
  await clock.drain()
  expect({ value: await value, told, now: clock.now(), timers: clock.timers }).toEqual({
    value: 'made',
    told: [
      { id: 't1', checks: 0, wait: 1_000 },
      { id: 't1', checks: 1, wait: 1_500 },
      { id: 't1', checks: 2, wait: 2_250 },
    ],
    now: 4_750,
    timers: 0,
  })
})

test('waits are up to a quarter shorter by chance, and no longer than the longest', async () => {
  const clock = virtualClock()
  const waits: number[] = []
  const check = doneAfter([{ done: false }, { done: false }])
  const onProgress = ({ wait }: PollProgress) => waits.push(wait)
  const value = poll({ submit, check, clock, chance: () => 0.8, maxDelay: 1_200, onProgress })
  await clock.drain()
  await value
  expect(waits).toEqual([1_000, 960, 960])
})

test('waits as long as the server asks, by a header or by a number', async () => {
  const clock = virtualClock()
  const waits: number[] = []
  const check = doneAfter([
    { done: false, reply: { headers: { 'retry-after': '7' } } },
    { done: false, after: 40 },
  ])
  const value = poll({ id: 't1', check, clock, onProgress: ({ wait }) => waits.push(wait) })
  await clock.drain()
  await value
  expect(waits).toEqual([0, 7_000, 40])
})

test('an id goes on with a task: nothing is submitted, and the first check is made at once', async () => {
  const clock = virtualClock()
  const ids: string[] = []
  const check = async (id: string) => {
    ids.push(id)
    return { done: true, value: 1 } as const
  }
  const value = poll({ id: 'old', submit: () => Promise.reject(new Error('submitted')), check, clock })
  await clock.advance(0)
  expect([await value, ids]).toEqual([1, ['old']])
})

test('a wait that does not fit the time left is not begun, and the error has the id', async () => {
  const clock = virtualClock()
  const polled = poll({ submit, check: doneAfter([{ done: false, after: 60_000 }]), clock, deadline: 10_000 })
  const error = polled.catch((error: unknown) => error)
  await clock.advance(1_000)
  expect(await error).toMatchObject({ name: 'PollError', code: 'POLL_DEADLINE', kind: 'timeout', id: 't1', checks: 1 })
  expect(clock.timers).toBe(0)
})

test('the deadline ends a check that does not end', async () => {
  const clock = virtualClock()
  const error = poll({ submit, check: () => new Promise(() => {}), clock, deadline: 5_000 }).catch(
    (error: unknown) => error,
  )
  await clock.advance(5_000)
  expect(await error).toMatchObject({ code: 'POLL_DEADLINE', id: 't1', checks: 1 })
})

test.each([
  ['waits', doneAfter([])],
  ['asks', () => new Promise<never>(() => {})],
])('an abort while it %s rejects at once, with its own reason', async (state, check) => {
  const clock = virtualClock()
  const controller = new AbortController()
  const reason = new Error('enough')
  const error = poll({ submit, check, clock, signal: controller.signal }).catch((error: unknown) => error)
  await clock.advance(state === 'asks' ? 1_000 : 10)
  const before = clock.now()
  controller.abort(reason)
  expect([await error, clock.now(), clock.timers]).toEqual([reason, before, 0])
})

test('an abort reaches the call that a check makes', async () => {
  const clock = virtualClock()
  const http = client({ pipeline: pipeline([], scriptedTransport(hangs())), origin: 'https://api.example.com', clock })
  const controller = new AbortController()
  const reason = new Error('enough')
  const check = async (path: string, { signal }: { signal: AbortSignal }) => {
    await http.get(path, { signal })
    return { done: true, value: 1 } as const
  }
  const error = poll({ id: '/t1', check, clock, signal: controller.signal }).catch((error: unknown) => error)
  await clock.advance(0)
  controller.abort(reason)
  expect(await error).toBe(reason)
  await clock.advance(0)
  expect(ledgerOf(reason)?.verdict).toBe('cancelled')
})

test('a task that failed is an error with its id', async () => {
  const clock = virtualClock()
  const error = poll({ id: 't1', check: doneAfter([{ failed: 'no pages' }]), clock }).catch((error: unknown) => error)
  await clock.advance(0)
  expect(await error).toMatchObject({ code: 'POLL_FAILED', id: 't1', message: 'The task failed: no pages' })
})

test('checks may fail in a way that another try mends, so many in a row', async () => {
  const clock = virtualClock()
  const transport = scriptedTransport(replies(503), replies(503), repliesJson('made'))
  const http = client({ pipeline: pipeline([status()], transport), origin: 'https://api.example.com', clock })
  const check = async (path: string) => ({ done: true, value: await (await http.get(path)).json() }) as const
  const value = poll({ id: '/t1', check, clock, faults: 2 })
  await clock.drain()
  expect(await value).toBe('made')
})

test.each([
  [404, 1],
  [503, 2],
])('a check that ends with %d is an error after %d checks, with the id and the cause', async (code, checks) => {
  const clock = virtualClock()
  const transport = scriptedTransport(replies(code))
  const http = client({ pipeline: pipeline([status()], transport), origin: 'https://api.example.com', clock })
  const check = async (path: string) => ({ done: true, value: await http.get(path) }) as const
  const error = poll({ id: '/t1', check, clock, faults: 1 }).catch((error: unknown) => error)
  await clock.drain()
  expect(await error).toMatchObject({ code: 'POLL_CHECK', id: '/t1', checks, cause: { status: code } })
})

test('what submit throws, and a bug of a check, come out as they are', async () => {
  const bug = new TypeError('bug')
  const clock = virtualClock()
  await expect(poll({ submit: () => Promise.reject(bug), check: doneAfter([]), clock })).rejects.toBe(bug)
  const polled = poll({ id: 't1', check: () => Promise.reject(bug), clock }).catch((error: unknown) => error)
  await clock.advance(0)
  expect([await polled, clock.timers]).toEqual([bug, 0])
})

test.each([[{ delay: -1 }], [{ factor: 0.5 }], [{ deadline: NaN }]])('%j is a ConfigError', async (options) => {
  await expect(poll({ submit, check: doneAfter([]), ...options })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

import { client, type Clock, pipeline } from '@penstock/core'
import { hangs, replies, scriptedTransport, seeded, virtualClock } from '@penstock/core/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Alarms, type Alarm } from '../../packages/core/src/alarms.ts'

const alarm = (dueAt: number, rang: number[], clock: Clock): Alarm => ({
  dueAt,
  earlier: undefined,
  later: undefined,
  due: () => void rang.push(clock.now()),
})

/** A clock that tells which timers it was asked for. */
function asking(source?: object) {
  const clock = virtualClock()
  const asked: number[] = []
  const watched: Clock = {
    ...clock,
    source,
    setTimer: (ring, milliseconds) => (asked.push(milliseconds), clock.setTimer(ring, milliseconds)),
  }
  return { clock, asked, watched }
}

describe('alarms', () => {
  it.each([
    ['a millisecond', [1]],
    ['several in one slot', [3, 1, 2]],
    ['several slots', [100, 7, 9, 55]],
    ['more than a round', [5000, 4097, 20]],
    ['a little more than a round after another', [20, 20 + 4096 + 3]],
    ['many rounds', [60_000, 61_234, 4095, 4096]],
  ])('ring exactly when they are due: %s', async (_, times) => {
    const clock = virtualClock()
    const alarms = new Alarms(clock)
    const rang: number[] = []
    for (const time of times) alarms.add(alarm(time, rang, clock))
    await clock.drain()
    expect(rang).toEqual(times.toSorted((one, other) => one - other))
    expect([alarms.count, clock.timers]).toEqual([0, 0])
  })

  it('ring for every one of a thousand random times, dropped ones excepted', async () => {
    const clock = virtualClock()
    const alarms = new Alarms(clock)
    const chance = seeded(7)
    const rang: number[] = []
    const all = Array.from({ length: 1000 }, () => alarm(1 + Math.floor(chance() * 30_000), rang, clock))
    for (const one of all) alarms.add(one)
    const [dropped, kept] = [all.filter((_, index) => index % 3 === 0), all.filter((_, index) => index % 3 !== 0)]
    for (const one of dropped) alarms.drop(one)
    await clock.drain()
    expect(rang).toEqual(kept.map(({ dueAt }) => dueAt).toSorted((one, other) => one - other))
  })

  it.each([
    ['a clock of their own', undefined],
    ['timers that may be exchanged', {}],
  ])('stand on one timer, set to the millisecond of the earliest and to no other, on %s', async (_, source) => {
    const { clock, asked, watched } = asking(source)
    const alarms = new Alarms(watched)
    for (const time of [500, 500, 50, 50, 501]) alarms.add(alarm(time, [], clock))
    expect([asked, clock.timers]).toEqual([[500, 50], 1])
    await clock.drain()
    expect([asked, clock.now()]).toEqual([[500, 50, 450, 1], 501])
  })

  it('set their timer once for what is added while one rings', async () => {
    const { clock, asked, watched } = asking()
    const alarms = new Alarms(watched)
    const rang: number[] = []
    alarms.add({ ...alarm(10, rang, clock), due: () => alarms.add(alarm(30, rang, clock)) })
    await clock.drain()
    expect([asked, rang]).toEqual([[10, 20], [30]])
  })

  it('keep no process alive once nothing waits', () => {
    const clock = virtualClock()
    const alarms = new Alarms(clock)
    const one = alarm(50, [], clock)
    alarms.add(one)
    expect(clock.timers).toBe(1)
    alarms.drop(one)
    expect(clock.timers).toBe(0)
    alarms.add(alarm(60, [], clock))
    expect(clock.timers).toBe(1)
  })
})

describe('fake timers', () => {
  afterEach(() => void vi.useRealTimers())

  it('reach a client that was made before them', async () => {
    const http = client({
      pipeline: pipeline(
        [(call, next) => next(call.within({ after: 300, layer: 'bound', code: 'CALL_DEADLINE', verdict: 'late' }))],
        scriptedTransport(replies(200), hangs()),
      ),
      origin: 'https://api.example.com',
    })
    await http.get('/')
    vi.useFakeTimers()
    const failed = http.get('/').catch((thrown) => thrown)
    await vi.advanceTimersByTimeAsync(299)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await failed).toMatchObject({
      code: 'CALL_DEADLINE',
      verdict: 'late',
      message: 'bound: 300 ms were over: GET https://api.example.com/',
    })
  })
})

it('do not ring for one that another has ended in the same sweep', async () => {
  const clock = virtualClock()
  const alarms = new Alarms(clock)
  const rang: number[] = []
  const second = alarm(10, rang, clock)
  const first: Alarm = { ...alarm(10, rang, clock), due: () => alarms.drop(second) }
  const third = alarm(11, rang, clock)
  for (const one of [second, first, third]) alarms.add(one)
  await clock.drain()
  expect([rang, alarms.count]).toEqual([[11], 0])
})

import type { Clock } from '@penstock/core'
import { virtualClock } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { type Alarm, Alarms } from '../../packages/core/src/alarms.ts'

test('alarms ring on the timers of the day, though one waits on those that were exchanged', async () => {
  const [old, now] = [virtualClock(), virtualClock()]
  let timers = old
  const clock: Clock = {
    now: () => now.now(),
    date: () => now.date(),
    setTimer: (ring, milliseconds) => timers.setTimer(ring, milliseconds),
    clearTimer: (timer) => timers.clearTimer(timer),
    get source() {
      return timers
    },
  }
  const rang: [number, number][] = []
  const alarms = new Alarms(clock)
  const alarm = (dueAt: number): Alarm => ({
    dueAt,
    earlier: undefined,
    later: undefined,
    due: () => void rang.push([dueAt, now.now()]),
  })
  alarms.add(alarm(50))
  timers = now
  alarms.add(alarm(80))
  await now.drain()
  expect(rang).toEqual([
    [50, 50],
    [80, 80],
  ])
  expect([alarms.count, now.timers]).toEqual([0, 0])
})

// oxlint-disable-next-line no-restricted-imports -- a turn of the event loop, not a time; imported, so that fake timers leave it alone
import { setImmediate } from 'node:timers'
import type { Clock } from '../clock.ts'
import { type Entry, TimerHeap } from './timer-heap.ts'

export type VirtualClock = Clock & {
  /** Let time pass: every timer due in it rings in its order, and what it sets off settles before the next. */
  advance(milliseconds: number): Promise<void>
  /** Let time pass until no timer is left. Rejects after `most` milliseconds of its time. @param most @default 86_400_000 */
  drain(most?: number): Promise<void>
  /** Timers that run, unreferenced ones not counted. */
  readonly timers: number
}

/**
 * A clock that stands still until it is told to go on: for tests, and for trying a stack out in no time.
 *
 * @param date the wall clock's first reading, in milliseconds since 1970. @default 2026-01-01T00:00:00Z
 */
export function virtualClock(date: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let time = 0
  const timers = new TimerHeap()

  async function advanceTo(until: number): Promise<void> {
    await settled()
    for (let entry = timers.take(until); entry !== undefined; entry = timers.take(until)) {
      time = Math.max(time, entry.at)
      entry.ring()
      await settled()
    }
    time = Math.max(time, until)
  }

  const clock: VirtualClock = {
    now: () => time,
    date: () => date + time,
    setTimer(ring, milliseconds) {
      const entry: Entry = {
        at: time + Math.max(0, milliseconds),
        ring,
        held: true,
        cleared: false,
        ref: () => (entry.held = true),
        unref: () => (entry.held = false),
      }
      timers.push(entry)
      return entry
    },
    clearTimer(timer) {
      ;(timer as Entry).cleared = true
    },
    source: undefined,
    get timers() {
      return timers.held
    },
    advance: (milliseconds) => advanceTo(time + milliseconds),
    async drain(most = 86_400_000) {
      const end = time + most
      await settled()
      for (let entry = timers.first(); clock.timers > 0 && entry !== undefined; entry = timers.first()) {
        if (entry.at > end) throw new Error(`Timers are left after ${most} ms`)
        await advanceTo(entry.at)
      }
    },
  }
  return clock
}

/** Everything that could happen without time passing has happened: promises, and the turn of the event loop behind them. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

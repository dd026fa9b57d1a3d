// oxlint-disable-next-line no-restricted-imports -- a turn of the event loop, not a time; imported, so that fake timers leave it alone
import { setImmediate } from 'node:timers'
import type { Clock } from '../../clock.ts'
import type { Jump } from '../../recorder/recording/recording.ts'
import type { Stall } from '../../recorder/stalls.ts'
import { type Entry, TimerHeap } from '../timer-heap.ts'

export type ReplayClock = Clock & {
  /** The process was late: it is then now, and no timer has rung. */
  skip(to: number): void
  /** Let time pass until the work is done; false when nothing is left to wait for. */
  runUntil(work: Promise<unknown>): Promise<boolean>
}

/**
 * A clock that goes as one went before: what is due while the process stood still rings when it goes on, and the wall clock
 * jumps where it jumped.
 *
 * @param date the wall clock's reading at 0
 */
export function replayClock(date: number, stalls: readonly Stall[], jumps: readonly Jump[]): ReplayClock {
  let time = 0
  const timers = new TimerHeap()
  /** When a timer of then can ring. */
  const rung = (due: number) =>
    stalls.reduce(
      (at, stall) => (at > stall.at && at < stall.at + stall.milliseconds ? stall.at + stall.milliseconds : at),
      due,
    )

  return {
    now: () => time,
    date: () => jumps.reduce((now, jump) => (jump.at <= time ? now + jump.milliseconds : now), date + time),
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
    skip(to) {
      time = Math.max(time, to)
    },
    async runUntil(work) {
      const state = { done: false }
      const end = () => (state.done = true)
      work.then(end, end)
      await settled()
      while (!state.done && timers.held > 0) {
        const entry = timers.take(Infinity)!
        time = Math.max(time, rung(entry.at))
        entry.ring()
        await settled()
      }
      return state.done
    },
  }
}

/** Everything that could happen without time passing has happened, also what a layer reads from elsewhere in a turn or two. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

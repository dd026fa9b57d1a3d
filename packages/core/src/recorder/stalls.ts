import { systemClock } from '../clock.ts'

/** A time in which this process ran nothing else than one piece of code: no answer could be taken in, no timer rang. */
export type Stall = { readonly at: number; readonly milliseconds: number }

const every = 50
/** Less is what timers are late by anyway. */
const least = 40
const kept = 64
/** How long the loop is watched after the last request, in milliseconds. */
const after = 60_000

const found: Stall[] = []
let watchedUntil = 0
let watching = false
/** When the timer is to ring that tells. */
let next = Infinity

/** Look out for stalls of the event loop, for a while: a timer that rings late tells of one. It keeps no process alive. */
export function watchStalls(): void {
  watchedUntil = systemClock.now() + after
  if (watching) return
  watching = true
  look(systemClock.now() + every)
}

function look(due: number): void {
  next = due
  systemClock
    .setTimer(() => {
      const now = systemClock.now()
      if (now - due >= least) {
        found.push({ at: due, milliseconds: now - due })
        if (found.length > kept) found.shift()
      }
      if (now < watchedUntil) look(now + every)
      else {
        watching = false
        next = Infinity
      }
    }, due - systemClock.now())
    .unref()
}

/** Those of a stretch of time, on the process's monotonic clock; also one that has just ended, of which no timer has told. */
export function stallsBetween(from: number, to: number): readonly Stall[] {
  const late = systemClock.now() - next
  const all = late >= least ? [...found, { at: next, milliseconds: late }] : found
  return all.filter(({ at, milliseconds }) => at < to && at + milliseconds > from)
}

import { systemClock } from '../clock.ts'

/** A time in which this process ran nothing else than one piece of code: no answer could be taken in, no timer rang. */
export type Stall = { readonly at: number; readonly milliseconds: number }

const every = 50
/** Less is what timers are late by anyway. */
const least = 40
const kept = 64
/** How long the loop is watched after the last request, in milliseconds. */
const after = 60_000

/** Others than these are a test's fake ones: they tell of no stall, and one set on them is one more than the test counts. */
const own = systemClock.source
const found: Stall[] = []
/** Times at which the wall clock left the monotonic one, and by how much. */
const jumps: Stall[] = []
/** Less is what clocks are put right by all the time. */
const leap = 250
let apart = NaN
let watchedUntil = 0
let watching = false
/** When the timer is to ring that tells. */
let next = Infinity

/** Look out for stalls of the event loop, for a while: a timer that rings late tells of one. It keeps no process alive. */
export function watchStalls(): void {
  if (systemClock.source !== own) return
  watchedUntil = systemClock.now() + after
  if (watching) return
  watching = true
  apart = systemClock.date() - systemClock.now()
  look(systemClock.now() + every)
}

function lookForJump(now: number): void {
  const before = apart
  apart = systemClock.date() - now
  if (Math.abs(apart - before) < leap) return
  jumps.push({ at: now, milliseconds: apart - before })
  if (jumps.length > kept) jumps.shift()
}

function look(due: number): void {
  next = due
  systemClock
    .setTimer(() => {
      if (systemClock.source !== own) return rest()
      const now = systemClock.now()
      lookForJump(now)
      if (now - due >= least) {
        found.push({ at: due, milliseconds: now - due })
        if (found.length > kept) found.shift()
      }
      if (now < watchedUntil) look(now + every)
      else rest()
    }, due - systemClock.now())
    .unref()
}

function rest(): void {
  watching = false
  next = Infinity
}

/** Those of a stretch of time, on the process's monotonic clock; also one that has just ended, of which no timer has told. */
export function stallsBetween(from: number, to: number): readonly Stall[] {
  if (systemClock.source !== own) return []
  const late = systemClock.now() - next
  const all = late >= least ? [...found, { at: next, milliseconds: late }] : found
  return all.filter(({ at, milliseconds }) => at < to && at + milliseconds > from)
}

/** Jumps of the wall clock, ahead and back, in a stretch of time; also one of just now. */
export function jumpsBetween(from: number, to: number): readonly Stall[] {
  if (systemClock.source !== own) return []
  if (watching) lookForJump(systemClock.now())
  return jumps.filter(({ at }) => at >= from && at <= to + every)
}

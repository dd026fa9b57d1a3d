/** The only file of this package that names the time, timers or chance of the process: see the lint rule. */

/** Where time comes from. Milliseconds throughout. */
export type Clock = {
  /** Monotonic: only differences mean anything. */
  now(): number
  /** Since 1970, by the wall clock, which may jump. */
  date(): number
  /** Calls `ring` once, not before `milliseconds` are over; the process's own not later than after 24 days. */
  setTimer(ring: () => void, milliseconds: number): Timer
  clearTimer(timer: Timer): void
  /** Another value when other timers stand behind this clock: fake ones that a test put there, say. */
  readonly source: unknown
}

/** A timer that is running. Unreferenced it keeps no process alive. */
export type Timer = { ref(): unknown; unref(): unknown }

/** Where chance comes from: numbers from 0 up to, not including, 1. */
export type Chance = () => number

/**
 * The process's own clock. Its functions are looked up at every call, so that fake timers reach it; but another `performance`
 * only where other timers stand beside it.
 */
export const systemClock: Clock = {
  now: () => read(),
  date: () => Date.now(),
  // what does not fit into 31 bits, Node makes a millisecond of
  setTimer: (ring, milliseconds) => setTimeout(ring, Math.min(milliseconds, 2 ** 31 - 1)),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  get source() {
    return setTimeout
  },
}

/**
 * What the global `performance` is, Node finds out at every look, which takes half as long as to read the clock. So it is
 * kept, from the first look on: to load it takes a tenth of a megabyte.
 */
let read = (): number => {
  const { setTimeout: timers, performance: watch } = globalThis
  read = () => (setTimeout === timers ? watch.now() : performance.now())
  return read()
}

export const systemChance: Chance = () => Math.random()

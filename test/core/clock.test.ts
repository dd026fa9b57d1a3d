/** The process's own clock, under timers that a test puts there. */
import { systemChance, systemClock } from '@penstock/core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const original = systemClock.source
beforeEach(() => void vi.useFakeTimers({ now: 1_790_000_000_000 }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('goes as the process goes: differences by now(), days by date()', () => {
  const from = systemClock.now()
  vi.advanceTimersByTime(250)
  expect([systemClock.now() - from, systemClock.date()]).toEqual([250, 1_790_000_000_250])
})

it('reads what stands in the place of the process’s own watch', () => {
  vi.useRealTimers()
  vi.spyOn(performance, 'now').mockReturnValue(7)
  expect(systemClock.now()).toBe(7)
})

it('rings once, when the time is over', () => {
  const ring = vi.fn<() => void>()
  systemClock.setTimer(ring, 250)
  vi.advanceTimersByTime(249)
  expect(ring).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1000)
  expect(ring).toHaveBeenCalledOnce()
})

it('rings after 24 days at the latest, and not at once, for what Node has no number for', () => {
  const ring = vi.fn<() => void>()
  systemClock.setTimer(ring, Infinity)
  vi.advanceTimersByTime(2 ** 31 - 2)
  expect(ring).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(ring).toHaveBeenCalledOnce()
})

it('does not ring for a timer that was cleared', () => {
  systemClock.clearTimer(systemClock.setTimer(() => {}, 250))
  expect(vi.getTimerCount()).toBe(0)
})

it('has another source while other timers stand behind it, and the old one again', () => {
  expect(systemClock.source).not.toBe(original)
  vi.useRealTimers()
  expect(systemClock.source).toBe(original)
})

it('has its chance from the process', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.25)
  expect(systemChance()).toBe(0.25)
})

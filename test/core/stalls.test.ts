import { client, pipeline } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the watch for stalls', () => {
  let now = 0
  let date = 0
  let ring: (() => void) | undefined
  let waits: readonly number[] = []
  const timer = { unref: vi.fn<() => void>() }
  let stalls: typeof import('../../packages/core/src/recorder/stalls.ts')

  const setTimer = (given: () => void, milliseconds: number) => {
    ring = given
    waits = [...waits, milliseconds]
    return timer
  }

  /** The timer that is set rings, so many milliseconds after the last. */
  const rings = (after: number) => {
    now += after
    date += after
    const due = ring!
    ring = undefined
    due()
  }

  beforeEach(async () => {
    ;[now, date, ring, waits] = [1000, 500_000, undefined, []]
    timer.unref.mockClear()
    vi.stubGlobal('setTimeout', setTimer)
    vi.stubGlobal('performance', { now: () => now })
    vi.spyOn(Date, 'now').mockImplementation(() => date)
    vi.resetModules()
    stalls = await import('../../packages/core/src/recorder/stalls.ts')
  })

  it('sets one timer of 50 ms, which keeps no process alive, however many calls ask for it', () => {
    stalls.watchStalls()
    stalls.watchStalls()
    expect([waits, timer.unref.mock.calls.length]).toEqual([[50], 1])
  })

  it('goes on for a minute after the last call, and begins again with the next', () => {
    stalls.watchStalls()
    rings(50)
    stalls.watchStalls()
    for (let passed = 50; passed < 60_000; passed += 50) rings(50)
    expect([waits.length, ring === undefined]).toEqual([1201, false])
    rings(50)
    expect([waits.length, ring === undefined]).toEqual([1201, true])
    now += 5000
    expect(stalls.stallsBetween(0, Infinity)).toEqual([])
    stalls.watchStalls()
    expect([waits.length, waits.at(-1)]).toEqual([1202, 50])
  })

  it.each([
    [89, []],
    [90, [{ at: 1050, milliseconds: 40 }]],
    [350, [{ at: 1050, milliseconds: 300 }]],
  ])('finds what a timer that rings after %i ms was late by', (after, found) => {
    stalls.watchStalls()
    rings(after)
    expect(stalls.stallsBetween(0, Infinity)).toEqual(found)
  })

  it.each([
    [89, []],
    [90, [{ at: 1050, milliseconds: 40 }]],
  ])('tells of one of just now, after %i ms, before its timer can', (after, found) => {
    stalls.watchStalls()
    now += after
    expect(stalls.stallsBetween(0, Infinity)).toEqual(found)
  })

  it('tells only of those that touch the time asked for', () => {
    stalls.watchStalls()
    rings(150)
    const found = [{ at: 1050, milliseconds: 100 }]
    expect([
      stalls.stallsBetween(900, 1050),
      stalls.stallsBetween(900, 1051),
      stalls.stallsBetween(1149, 1200),
      stalls.stallsBetween(1150, 1200),
    ]).toEqual([[], found, found, []])
  })

  it('keeps the last sixty-four', () => {
    stalls.watchStalls()
    for (let stall = 0; stall < 70; stall++) rings(150)
    const found = stalls.stallsBetween(0, Infinity)
    expect([found.length, found[0], found.at(-1)]).toEqual([
      64,
      { at: 1050 + 6 * 150, milliseconds: 100 },
      { at: 1050 + 69 * 150, milliseconds: 100 },
    ])
  })

  it.each([
    ['ahead', 250],
    ['back', -250],
  ])('finds a jump of the wall clock %s, and one only', (_, by) => {
    stalls.watchStalls()
    date += by
    rings(50)
    rings(50)
    expect(stalls.jumpsBetween(0, Infinity)).toEqual([{ at: 1050, milliseconds: by }])
  })

  it('tells of a jump of just now, and of none that only puts a clock right', () => {
    stalls.watchStalls()
    date += 249
    expect(stalls.jumpsBetween(0, Infinity)).toEqual([])
    date += 250
    expect(stalls.jumpsBetween(0, Infinity)).toEqual([{ at: 1000, milliseconds: 250 }])
  })

  it('tells of a jump in the time asked for, or found by the first timer after it', () => {
    stalls.watchStalls()
    date += 1000
    rings(50)
    const found = [{ at: 1050, milliseconds: 1000 }]
    expect([
      stalls.jumpsBetween(1051, 2000),
      stalls.jumpsBetween(1050, 2000),
      stalls.jumpsBetween(0, 1000),
      stalls.jumpsBetween(0, 999),
    ]).toEqual([[], found, found, []])
  })

  it('keeps the last sixty-four jumps', () => {
    stalls.watchStalls()
    for (let jump = 0; jump < 70; jump++) {
      date += 1000
      rings(50)
    }
    const found = stalls.jumpsBetween(0, Infinity)
    expect([found.length, found[0]!.at]).toEqual([64, 1050 + 6 * 50])
  })

  it('takes no jump while nobody watched for one', () => {
    date += 10_000
    expect(stalls.jumpsBetween(0, Infinity)).toEqual([])
    stalls.watchStalls()
    expect(stalls.jumpsBetween(0, Infinity)).toEqual([])
  })

  it('ends when its timer rings under other timers, and sets none of those', () => {
    stalls.watchStalls()
    const other = vi.fn<() => void>()
    vi.stubGlobal('setTimeout', other)
    date += 10_000
    rings(200)
    stalls.watchStalls()
    expect([
      other.mock.calls.length,
      stalls.stallsBetween(0, Infinity).length,
      stalls.jumpsBetween(0, Infinity).length,
    ]).toEqual([0, 0, 0])
    vi.stubGlobal('setTimeout', setTimer)
    stalls.watchStalls()
    expect([waits, stalls.stallsBetween(0, Infinity), stalls.jumpsBetween(0, Infinity)]).toEqual([[50, 50], [], []])
  })

  it('tells of nothing under other timers, whose time is another', () => {
    stalls.watchStalls()
    date += 1000
    rings(150)
    vi.stubGlobal('setTimeout', vi.fn<() => void>())
    expect([stalls.stallsBetween(0, Infinity), stalls.jumpsBetween(0, Infinity)]).toEqual([[], []])
  })
})

it('a call under fake timers sets none but its own', async () => {
  const http = client({ pipeline: pipeline([], scriptedTransport(replies(200))), origin: 'https://api.example.com' })
  vi.useFakeTimers()
  await http.get('/')
  expect(vi.getTimerCount()).toBe(0)
})

/** Where the time of a call went: which wait explains what, and what nothing explains. */
import type { Flight } from '@penstock/core'
import { timetable } from '@penstock/core/diagnose'
import { describe, expect, it } from 'vitest'
import { flightWith, noteOf, slowLayer, tripOf } from '../support/flights.ts'

const trip = (at: number, wait: number) => tripOf({ at, phases: { wait } })
const waits = (at: number, wait?: number, id = 'retry.waits') =>
  noteOf(at, id, '', '', wait === undefined ? {} : { wait })

/** The stretches of waits, and what is left. */
function waited(change: Partial<Flight>) {
  const { rows, unaccounted } = timetable(flightWith(change))
  const stretches = rows.filter(({ is }) => is === 'wait').flatMap((row) => row.stretches)
  return { waits: stretches.map(({ from, to }) => [from, to]), unaccounted }
}

describe('a wait', () => {
  it.each<[string, Partial<Flight>, number[][], number]>([
    ['lasts until the next request', { notes: [waits(0, 50)], trips: [trip(52, 48)] }, [[0, 52]], 0],
    ['is cut by the end of the call', { notes: [waits(20, 500)], trips: [trip(0, 20)] }, [[20, 100]], 0],
    ['is cut by a request that goes earlier', { notes: [waits(0, 500)], trips: [trip(60, 40)] }, [[0, 60]], 0],
    [
      'explains what it foresaw and a little more, not what came after it',
      { took: 1000, notes: [waits(0, 100)], trips: [trip(900, 100)] },
      [[0, 100]],
      800,
    ],
    [
      'is followed by another, told when it was over',
      { notes: [waits(0, 40), waits(41, 30, 'rateLimit.waits')], trips: [trip(70, 30)] },
      [
        [0, 41],
        [41, 70],
      ],
      0,
    ],
    [
      'is not cut by what another layer says meanwhile',
      { notes: [waits(0, 60), noteOf(1, 'cache.corrupt', '', '')], trips: [trip(60, 40)] },
      [[0, 60]],
      0,
    ],
    [
      'without a number lasts until what comes next',
      { notes: [waits(0, undefined, 'bulkhead.waits')], trips: [trip(90, 10)] },
      [[0, 90]],
      0,
    ],
    [
      'without a number ends with what its layer says then',
      { notes: [waits(0, undefined, 'dedupe.joined'), noteOf(80, 'dedupe.left', '', '')] },
      [[0, 80]],
      20,
    ],
    [
      'that is told when it is over lies before its note',
      { notes: [waits(50, 50, 'cache.slow')], trips: [trip(50, 50)] },
      [[0, 50]],
      0,
    ],
  ])('%s', (_, change, expected, unaccounted) => {
    expect(waited(change)).toEqual({ waits: expected, unaccounted })
  })

  it('is none where a note only tells a time', () => {
    expect(waited({ notes: [waits(0, 50, 'circuitBreaker.opens')] })).toEqual({ waits: [], unaccounted: 100 })
  })
})

describe('a timetable', () => {
  it('counts a stall once: what stood still in a request was spent in that request', () => {
    const { sums, unaccounted } = timetable(
      flightWith({ trips: [trip(0, 60)], stalls: [{ at: 40, milliseconds: 40 }] }),
    )

    expect([sums.wait, sums.stall, unaccounted]).toEqual([60, 40, 20])
  })

  it('places a call made on behalf of another where that was, and leaves out what lay before', () => {
    const shared = flightWith({ took: 50, trips: [trip(0, 50)] })
    const { rows, unaccounted } = timetable(
      flightWith({ trips: [trip(30, 70)], children: [{ at: -20, flight: shared }] }),
    )

    expect(rows.map(({ is, depth, at }) => [is, depth, at])).toEqual([
      ['call', 0, 0],
      ['trip', 1, -20],
      ['trip', 0, 30],
    ])
    expect(rows[1]!.stretches).toEqual([{ kind: 'wait', from: 0, to: 30 }])
    expect(unaccounted).toBe(0)
  })

  it('goes on for as long as what the call left running', () => {
    const { total, unaccounted } = timetable(
      flightWith({
        trips: [trip(0, 100)],
        children: [{ at: 50, flight: flightWith({ took: 200, trips: [trip(0, 200)] }) }],
      }),
    )

    expect([total, unaccounted]).toEqual([250, 0])
  })

  it('names at level all the innermost layer that had the call, the small ones together', () => {
    const { rows, sums, unaccounted } = timetable(slowLayer)
    const work = rows.flatMap((row) => (row.is === 'work' ? [[row.layer, row.stretches.length]] : []))

    expect(work).toEqual([
      ['cache', 2],
      ['', 4],
    ])
    expect([sums.work, unaccounted]).toEqual([848, 2])
  })

  it('takes a layer that has not ended for one that goes on', () => {
    const spans = [{ layer: 'bulkhead', attempt: 1, depth: 0, from: 0, to: undefined, verdict: undefined }]

    expect(timetable(flightWith({ running: true, level: 'all', spans })).sums.work).toBe(100)
  })
})

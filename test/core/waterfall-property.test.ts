/** Whatever the flight: lines keep to their width, and the sums are those of the call. */
import type { Flight } from '@penstock/core'
import { timetable, waterfall } from '@penstock/core/diagnose'
import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { flightWith, noteOf, tripOf } from '../support/flights.ts'

// a microsecond is the least that a clock tells apart
const time = fc.double({ min: 0, max: 100_000, noNaN: true }).map((one) => (one < 0.001 ? 0 : one))
const words = fc.string({ unit: fc.constantFrom(...'abcXYZ_019 .,：，。放弃需等待次한あ👍é\u0007'), maxLength: 90 })
const trip = fc
  .record({
    attempt: fc.nat(40),
    at: time,
    status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
    reusedSocket: fc.boolean(),
    idle: fc.option(time, { nil: undefined }),
    phases: fc.record({ queue: time, dns: time, tcp: time, tls: time, send: time, wait: time, receive: time }),
  })
  .map(tripOf)
const note = fc
  .tuple(time, fc.constantFrom('retry.waits', 'dedupe.joined', 'cache.slow', 'token.drops'), words, words, time)
  .map(([at, id, en, zh, wait]) => noteOf(at, id, en, zh, { wait }))
const stalls = fc.array(fc.record({ at: time, milliseconds: time }), { maxLength: 3 })
const single = fc
  .record({
    took: time,
    trips: fc.array(trip, { maxLength: 5 }),
    notes: fc.array(note, { maxLength: 5 }),
    stalls,
    endpoint: words,
  })
  .map(flightWith)
const flight: fc.Arbitrary<Flight> = fc
  .tuple(single, fc.array(fc.record({ at: time, flight: single }), { maxLength: 2 }))
  .map(([outer, children]) => ({ ...outer, children }))

const options = fc.record({
  columns: fc.integer({ min: 60, max: 160 }),
  ascii: fc.boolean(),
  color: fc.boolean(),
  lang: fc.constantFrom('en' as const, 'zh' as const),
})

describe('a waterfall of any flight', () => {
  it('has no line wider than asked', () => {
    fc.assert(
      fc.property(flight, options, (one, asked) => {
        for (const line of waterfall(one, asked).split('\n'))
          expect(stringWidth(line)).toBeLessThanOrEqual(asked.columns)
      }),
      { numRuns: 300 },
    )
  })

  it('has a line as wide as the axis for everything that took time', () => {
    fc.assert(
      fc.property(flight, (one) => {
        const { rows } = timetable(one)
        const lines = waterfall(one, { columns: 100, ascii: true, color: false }).split('\n')
        const bars = lines.filter((line) => stringWidth(line) === 100 && /\d$/.test(line))

        expect(bars.length).toBeGreaterThanOrEqual(rows.filter(({ stretches }) => stretches.length > 0).length)
      }),
    )
  })
})

describe('a timetable', () => {
  it('adds up to the call, where one thing came after the other', () => {
    const piece = fc.tuple(fc.boolean(), fc.double({ min: 1, max: 1000, noNaN: true }))
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        let at = 0
        const trips: Flight['trips'][number][] = []
        const notes: Flight['notes'][number][] = []
        for (const [waits, length] of pieces) {
          if (waits) notes.push(noteOf(at, 'retry.waits', '', '', { wait: length }))
          else trips.push(tripOf({ at, phases: { queue: length / 4, wait: length / 2, receive: length / 4 } }))
          at += length
        }
        const { sums, total, unaccounted } = timetable(flightWith({ took: at, trips, notes }))

        expect(total).toBeCloseTo(at, 6)
        expect(Object.values(sums).reduce((sum, one) => sum + one, 0)).toBeCloseTo(at, 6)
        expect(unaccounted).toBeCloseTo(0, 6)
      }),
    )
  })

  it('leaves nothing unexplained twice, and nothing out', () => {
    fc.assert(
      fc.property(flight, (one) => {
        const { sums, total, unaccounted } = timetable(one)
        const told = Object.values(sums).reduce((sum, each) => sum + each, 0)

        expect(unaccounted).toBeGreaterThanOrEqual(0)
        expect(told + unaccounted).toBeGreaterThanOrEqual(one.took - 1e-6)
        expect(total).toBeGreaterThanOrEqual(one.took)
      }),
    )
  })
})

/** Whatever stands in a file: it is refused by its line, or every view shows it, in time. */
import { createRequire } from 'node:module'
import type { Flight } from '@penstock/core'
import { conclude, FlightFileError, flightLine, har, htmlReport, readFlights, waterfall } from '@penstock/core/diagnose'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { connectionOf, flightWith, noteOf, slowLayer, tooFast, tripOf } from '../support/flights.ts'

// it brings no types
const { har: valid } = createRequire(import.meta.url)('har-validator') as { har: (file: unknown) => Promise<unknown> }

const certificate = {
  subject: 'CN=a.example',
  issuer: 'CN=Acme',
  names: 'DNS:a.example',
  validFrom: 'Jan  1 12:00:00 2026 GMT',
  validTo: 'Jan  1 12:00:00 2027 GMT',
  fingerprint256: 'AA',
}
const tls = {
  protocol: 'TLSv1.3',
  cipher: undefined,
  group: undefined,
  alpn: undefined,
  serverName: 'a.example',
  resumed: false,
  chain: [certificate],
}
const failing = (code: string, notes: Flight['notes'] = []) =>
  flightWith({
    failure: { ...tooFast.failure!, code, vendorCode: undefined, meaning: undefined },
    notes,
    trips: [tripOf({ code, status: undefined, phase: 'tls', phases: { tls: 90 }, connection: connectionOf({ tls }) })],
  })
const flights = [
  tooFast,
  slowLayer,
  ...['TLS_EXPIRED', 'TLS_NAME', 'TLS_UNTRUSTED', 'TLS_VERSION', 'ATTEMPT_TIMEOUT', 'CONNECTION_RESET'].map((code) =>
    failing(code),
  ),
  failing('RATE_WAIT', [noteOf(1, 'rateLimit.does_not_fit', '', '', { wait: 1, left: 2 })]),
]

/** Every place of a value, as the keys that lead there. */
const placesOf = (value: unknown): (string | number)[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => [[key], ...placesOf(one).map((rest) => [key, ...rest])])
    : []

function replaced(value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown {
  if (key === undefined) return by
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) }
  Reflect.set(copy, key, replaced(Reflect.get(copy, key), rest, by))
  return copy
}

it('is refused, or shown', { timeout: 60_000 }, async () => {
  const odd = fc.oneof(
    fc.constantFrom(
      null,
      undefined,
      '',
      'x',
      '\u001b[2J',
      '放'.repeat(500),
      0,
      -1,
      1e308,
      -1e300,
      1e15,
      5e-324,
      true,
      {},
      [],
    ),
    fc.double(),
    fc.string({ unit: 'binary' }),
  )
  const any = fc
    .constantFrom(...flights)
    .chain((flight) =>
      fc.tuple(fc.constant(flight), fc.constantFrom(...placesOf(JSON.parse(JSON.stringify(flight)))), odd),
    )
  let shown = 0
  await fc.assert(
    fc.asyncProperty(any, async ([flight, place, by]) => {
      let read: Flight[]
      try {
        read = readFlights(`${JSON.stringify(replaced(flight, place, by))}\n`)
      } catch (error) {
        if (error instanceof FlightFileError) return
        throw error
      }
      shown++
      await valid(JSON.parse(JSON.stringify(har(read))))
      for (const one of read) {
        conclude(one)
        expect(htmlReport([one])).not.toMatch(/NaN|undefined|\[object|(?!\n)\p{Cc}/u)
        expect(flightLine(one)).not.toMatch(/\p{C}/u)
        expect(waterfall(one, { columns: 80, color: false }).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
      }
    }),
    { numRuns: 1500 },
  )
  expect(shown).toBeGreaterThan(200)
})

it('is shown in a moment, however long its lists', () => {
  const trips = Array.from({ length: 5000 }, (_, at) => tripOf({ at, phases: { wait: 0.5 } }))
  const notes = Array.from({ length: 5000 }, (_, at) => noteOf(at, 'retry.waits', 'waits', '等待', { wait: 0.4 }))
  const flight = flightWith({ took: 5000, trips, notes })
  const from = performance.now()
  waterfall(readFlights(`${JSON.stringify(flight)}\n`)[0]!)

  expect(performance.now() - from).toBeLessThan(5000)
  expect(() => readFlights(`${JSON.stringify({ ...flight, trips: [...trips, ...trips] })}\n`)).toThrow(
    'trips is missing',
  )
})

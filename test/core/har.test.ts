/** HAR 1.2, by its schema, and by what DevTools reads out of it. */
import { createRequire } from 'node:module'
import { client, flightOf, type FlightTrip, pipeline } from '@penstock/core'
import type { Har } from '@penstock/core/diagnose'
import { har } from '@penstock/core/diagnose'
import { later, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { hedge, status } from '@penstock/middleware'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectionOf, flightWith, noteOf, slowLayer, tooFast, tripOf } from '../support/flights.ts'

// it brings no types
const { har: valid } = createRequire(import.meta.url)('har-validator') as { har: (file: unknown) => Promise<unknown> }

const written = (one: Har): unknown => JSON.parse(JSON.stringify(one))

describe('har', () => {
  it('is valid for calls with requests, without, of a host name, and without an end', async () => {
    const named = tripOf({ took: undefined, status: undefined, connection: connectionOf({ address: 'host.example' }) })
    const flights = [tooFast, slowLayer, flightWith(), flightWith({ trips: [named, { ...named, phases: undefined }] })]
    const file = written(har(flights))
    expect(await valid(file)).toEqual(file)
  })

  it('has a page for every call, those on behalf of others too, and an entry for every request', () => {
    const { pages, entries } = har([tooFast, slowLayer]).log
    expect(pages.map(({ id }) => id)).toEqual(['call_1', 'call_2', 'call_3'])
    expect(entries.map(({ pageref, _attempt }) => [pageref, _attempt])).toEqual([
      ['call_1', 1],
      ['call_1', 2],
      ['call_1', 3],
      ['call_2', 1],
      ['call_3', 1],
    ])
  })

  it('puts the TLS handshake into connect, and nothing there for a connection that was kept', () => {
    const [kept, , fresh] = har([tooFast]).log.entries
    expect(kept!.timings).toEqual({ blocked: 0.4, dns: -1, connect: -1, ssl: -1, send: 54, wait: 568, receive: 1.6 })
    expect(fresh!.timings).toEqual({ blocked: 0.5, dns: 9, connect: 104, ssl: 81, send: 53, wait: 742, receive: 3.5 })
    expect(fresh!.time).toBe(912)
  })

  it('gives a request without an answer status 0 and its code', () => {
    const { response, _error } = har([tooFast]).log.entries[1]!
    expect([response.status, response.statusText, _error]).toEqual([0, '', 'CONNECTION_RESET'])
  })

  it('names the server’s port where developer tools look for it, and the connection beside it', () => {
    const [entry] = har([tooFast]).log.entries

    expect(entry).toMatchObject({ connection: '443', _connectionId: '7', _resourceType: 'fetch' })
  })

  it('has no error for an answer that came whole, and has one for an answer that broke off', () => {
    const broken = { code: 'BODY_CUT' } as NonNullable<NonNullable<FlightTrip['answer']>['broken']>
    const trips = [tripOf({ status: 503, code: 'SERVER_ERROR' }), tripOf({ answer: { broken } })]

    expect(har([flightWith({ trips })]).log.entries.map(({ _error }) => _error)).toEqual([undefined, 'BODY_CUT'])
  })

  it('tells what was decided after each request, and at the last which layer ended the call', () => {
    const entries = har([{ ...tooFast, children: [] }]).log.entries

    expect(entries.map(({ _decisions, _layer }) => [_decisions.map(({ id }) => id), _layer])).toEqual([
      [['reject.verdict', 'retry.waits'], undefined],
      [['retry.at_once'], undefined],
      [['retry.spent'], 'server'],
    ])
    expect(entries[0]).toHaveProperty('_decisions.1', {
      at: 816,
      layer: 'retry',
      id: 'retry.waits',
      en: 'waits 512 ms, then sends again: QPS_LIMIT',
      zh: '等待 512 ms 后重发：QPS_LIMIT',
    })
  })

  it('tells by their attempts which of two overlapping requests was decided about', () => {
    const note = (at: number, attempt: number, id: string) => ({ ...noteOf(at, id, '', ''), attempt })
    const trips = [tripOf({ at: 5 }), tripOf({ at: 50, attempt: 2 }), tripOf({ at: 60 })]
    const notes = [
      note(1, 1, 'before the first'),
      note(40, 2, 'before the second'),
      note(55, 1, 'while both run'),
      note(60, 1, 'sent again'),
      note(70, 2, 'after all'),
      note(80, 3, 'of one that sent nothing'),
    ]

    expect(
      har([flightWith({ notes, trips })]).log.entries.map(({ _decisions }) => _decisions.map(({ id }) => id)),
    ).toEqual([
      ['before the first', 'while both run'],
      ['before the second', 'after all'],
      ['sent again', 'of one that sent nothing'],
    ])
  })

  it('says of a hedged copy and of a token’s call which call they belong to', async () => {
    const clock = virtualClock()
    const transport = scriptedTransport(later(200, replies(200)), replies(200))
    const stack = pipeline([hedge({ delay: 50 }), status()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
    const sent = http.get('/things')
    await clock.advance(500)
    const flight = flightOf(await sent)!
    expect(har([flight]).log.pages.map(({ id, comment }) => [id, comment])).toEqual([
      ['call_1', undefined],
      ['call_2', 'a copy, sent beside call_1'],
    ])
    expect(har([tooFast, tooFast]).log.pages.map(({ comment }) => comment)).toEqual([
      undefined,
      'made for call_1',
      undefined,
      'made for call_3',
    ])
  })

  it('is made by this version of the package', () => {
    const { version } = createRequire(import.meta.url)('../../packages/core/package.json') as { version: string }

    expect(har([]).log.creator).toEqual({ name: 'penstock', version })
  })

  it.each([
    ['nonsense', 0, '1970-01-01T00:00:00.000Z'],
    ['2026-11-21T02:01:00.000Z', Number.NaN, '1970-01-01T00:00:00.000Z'],
    ['2026-11-21T02:01:00.000Z', 1e300, '9999-12-31T00:00:00.000Z'],
    ['2026-11-21T02:01:00.000Z', -1e15, '1970-01-01T00:00:00.000Z'],
    ['2026-11-21T02:01:00.000Z', 1500, '2026-11-21T02:01:01.500Z'],
  ])('starts a request of %s, %d ms later, at %s', (startedAt, at, starts) => {
    expect(har([flightWith({ startedAt, trips: [tripOf({ at })] })]).log.entries[0]!.startedDateTime).toBe(starts)
  })

  it('keeps of bodies their size', () => {
    const { request } = har([flightWith({ trips: [tripOf({ bytesSent: 413 })] })]).log.entries[0]!
    expect(request.bodySize).toBe(413)
    expect(request.postData).toEqual({ mimeType: '', text: '', comment: '413 bytes, withheld' })
  })

  it('gives every time back to within 0.1 ms, and adds them up to that of the request', () => {
    const time = fc.double({ min: 0, max: 100_000, noNaN: true })
    const phases = fc.record({ queue: time, dns: time, tcp: time, tls: time, send: time, wait: time, receive: time })
    fc.assert(
      fc.property(phases, (some) => {
        const trip = tripOf({ phases: some })
        const [entry] = (written(har([flightWith({ trips: [trip] })])) as Har).log.entries
        const { blocked, connect, ssl, ...same } = entry!.timings
        const tls = Math.max(0, ssl)
        expect(entry!.time).toBeCloseTo(trip.total!, 1)
        expect({ queue: blocked, tcp: connect - tls, tls, ...same }).toEqual(
          Object.fromEntries(Object.entries(some).map(([phase, value]) => [phase, expect.closeTo(value, 1)])),
        )
      }),
    )
  })
})

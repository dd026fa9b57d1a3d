import { createRequire } from 'node:module'
import { flightOf } from '@penstock/core'
import { breaks, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { retry, status } from '@penstock/middleware'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

onBothTransports((make) => {
  test('a flight says how the call ended, with every trip, its phases and its connection', async () => {
    let asked = 0
    await using server = await serving((_, response) => response.writeHead(++asked === 1 ? 503 : 404).end())
    await using http = over(make(), server.origin, [retry({ delay: 1 }), status()])
    const error: unknown = await http.get('/things?key=1').catch((thrown: unknown) => thrown)
    const flight = flightOf(error)!
    expect(flight).toMatchObject({
      schema: 'penstock.flight/1',
      method: 'GET',
      url: `${server.origin}/things`,
      verdict: 'input',
      running: false,
      failure: { code: 'STATUS_404', layer: 'server', status: 404 },
      attempts: 2,
      maxAttempts: 10,
      notes: [{ attempt: 1, layer: 'retry', id: 'retry.waits', facts: { code: 'STATUS_503' } }],
      trips: [
        { attempt: 1, status: 503, reusedSocket: false, connection: { address: '127.0.0.1', secured: false } },
        { attempt: 2, status: 404 },
      ],
      spans: [],
      children: [],
    })
    const [{ phases, total, connection, at }] = flight.trips as [(typeof flight.trips)[0]]
    expect(Object.values(phases!).reduce((sum, one) => sum + one, 0)).toBeCloseTo(total!, 6)
    expect(connection!.startedAt).toBeGreaterThanOrEqual(at)
    expect(JSON.parse(JSON.stringify(flight))).toMatchObject({ schema: 'penstock.flight/1' })
  })

  test('a flight says what it ran on', async () => {
    const require = createRequire(import.meta.url)
    await using server = await serving((_, response) => response.end())
    const transport = make()
    await using http = over(transport, server.origin)
    const folder = require.resolve(transport.name).replace(/(.*\/node_modules\/(?:got|undici)\/).*/, '$1')
    expect(flightOf(await http.get('/'))!.versions).toEqual({
      penstock: (require('@penstock/core/package.json') as { version: string }).version,
      node: process.version,
      [transport.name]: (require(`${folder}package.json`) as { version: string }).version,
      openssl: process.versions.openssl,
      platform: `${process.platform} ${process.arch}`,
    })
  })

  test('a flight knows when this process stood still', async () => {
    await using server = await serving((_, response) => setTimeout(() => response.end(), 150))
    await using http = over(make(), server.origin)
    const sending = http.get('/')
    await new Promise((resolve) => setTimeout(resolve, 60))
    const until = performance.now() + 200
    while (performance.now() < until);
    const flight = flightOf(await sending)!
    expect(flight.stalls.length).toBeGreaterThan(0)
    expect(Math.max(...flight.stalls.map(({ milliseconds }) => milliseconds))).toBeGreaterThan(100)
  })
})

test('a call over a transport without sockets has no phases', async () => {
  const clock = virtualClock()
  await using http = over(scriptedTransport(breaks('CONNECTION_RESET'), replies(200)), 'https://api.example.com', [], {
    clock,
  })
  const error: unknown = await http.get('/').catch((thrown: unknown) => thrown)
  expect(flightOf(error)).toMatchObject({
    failure: { code: 'CONNECTION_RESET', layer: 'scripted', because: 'the script says CONNECTION_RESET' },
    trips: [{ phases: undefined, connection: undefined, code: 'CONNECTION_RESET' }],
    stalls: [],
    startedAt: '2026-01-01T00:00:00.000Z',
  })
})

test('nothing flies that is no call', () => {
  expect([flightOf(new Error('other')), flightOf(7), flightOf(null)]).toEqual([undefined, undefined, undefined])
})

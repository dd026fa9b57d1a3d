import { client, type Phases, pipeline, type Timeline } from '@penstock/core'
import { tls } from '@penstock/middleware'
import { beforeAll, expect, test } from 'vitest'
import { type Certificate, certificate, daysFromNow } from '../support/certificates.ts'
import { closedPort, serving, servingTls } from '../support/loopback.ts'
import { onBothTransports, over, settled, within } from '../support/transports.ts'

let own: Certificate
let expired: Certificate

beforeAll(async () => {
  own = await certificate({ name: 'localhost' })
  expired = await certificate({ ip: '127.0.0.1' }, daysFromNow(-30), daysFromNow(-1))
})

/** The phases in which time was spent. */
const spent = (phases: Phases) =>
  Object.entries(phases)
    .filter(([, milliseconds]) => milliseconds > 0)
    .map(([phase]) => phase)
const sum = (phases: Phases) => Object.values(phases).reduce((all, one) => all + one, 0)

onBothTransports((make) => {
  const timelineOf = (thing: unknown): Timeline => (thing as any).ledger.trips.at(-1).timeline

  test('a first trip looks up, connects, shakes hands, sends, waits and receives, and the parts make the whole', async () => {
    await using server = await servingTls(own, (_, response) => setTimeout(() => response.end('x'.repeat(100_000)), 20))
    const stack = pipeline([tls({ ca: own.cert })], make())
    await using http = client({ pipeline: stack, origin: server.origin.replace('127.0.0.1', 'localhost') })
    const reply = await http.post('/', { body: 'hello' })
    await reply.bytes()
    const timeline = timelineOf(reply)
    const { phases, connection, total } = timeline
    expect(spent(phases)).toEqual(expect.arrayContaining(['dns', 'tcp', 'tls', 'wait']))
    expect(phases.wait).toBeGreaterThan(15)
    expect(sum(phases)).toBeCloseTo(total, 6)
    expect(timeline).toMatchObject({ bytesSent: 5, bytesReceived: 100_000, idle: undefined })
    expect(connection).toMatchObject({ secured: true, uses: 1, address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) })
    expect(connection!.tls).toMatchObject({
      protocol: 'TLSv1.3',
      resumed: false,
      serverName: 'localhost',
      chain: [{ names: expect.stringContaining('localhost') }],
    })
  })

  test('a trip on a kept connection neither looks up nor connects, and says how long it was idle', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    await using http = over(make(), server.origin)
    const first = await http.get('/')
    await first.bytes()
    await settled()
    const second = await http.get('/')
    await second.bytes()
    const { phases, connection, idle, total } = timelineOf(second)
    expect(connection!.id).toBe(timelineOf(first).connection!.id)
    expect(connection!.uses).toBe(2)
    expect(idle).toBeGreaterThan(0)
    expect(phases).toMatchObject({ dns: 0, tcp: 0, tls: 0 })
    expect(sum(phases)).toBeCloseTo(total, 6)
  })

  test('a call that waits for a connection has its wait in the queue', async () => {
    await using server = await serving((_, response) => setTimeout(() => response.end('ok'), 30))
    await using http = over(make({ connections: 1 }), server.origin)
    const [, second] = await Promise.all([http.get('/one'), http.get('/two')])
    await second.bytes()
    expect(timelineOf(second).phases.queue).toBeGreaterThan(20)
  })

  test('a connection that is refused names the address, and spends its time on the way there', async () => {
    await using http = over(make(), `http://127.0.0.1:${await closedPort()}`)
    const error = await http.get('/').catch((thrown: unknown) => thrown)
    const { phases, connection, total } = timelineOf(error)
    expect(connection).toMatchObject({
      tries: [{ address: '127.0.0.1', family: 4, code: 'ECONNREFUSED' }],
      secured: false,
    })
    expect(phases.send + phases.wait + phases.receive + phases.tls).toBe(0)
    expect(sum(phases)).toBeCloseTo(total, 6)
  })

  test('a certificate that is not trusted is shown', async () => {
    await using server = await servingTls(expired)
    await using http = over(make(), server.origin, [tls({ ca: expired.cert })])
    const error: any = await http.get('/').catch((thrown: unknown) => thrown)
    expect(error.code).toBe('TLS_EXPIRED')
    const [leaf] = timelineOf(error).connection!.tls!.chain
    expect(Date.parse(leaf!.validTo)).toBeLessThan(Date.now())
  })

  test('a trip that fails tells in its story where the time went', async () => {
    await using server = await serving(() => {})
    await using http = over(make(), server.origin, [within(60)])
    const error: any = await http.get('/').catch((thrown: unknown) => thrown)
    expect(error.explain()).toMatch(/CALL_DEADLINE in phase wait, sent: all.* \(.*wait \d+ ms\)/)
  })

  test('nothing is recorded at level off', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    await using http = over(make(), server.origin, [], { diagnose: 'off' })
    const reply = await http.get('/')
    await reply.bytes()
    expect(reply.ledger.trips).toEqual([])
    expect([reply.ledger.attempts, reply.ledger.requests]).toEqual([1, 1])
  })
})

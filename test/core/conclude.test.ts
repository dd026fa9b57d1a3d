/** What the faults on loopback do not reach: rarer causes, and evidence that must not be taken for a cause. */
import { type Flight, flightOf, type FlightTrip, pipeline, client } from '@penstock/core'
import { conclude } from '@penstock/core/diagnose'
import { breaks, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { deadline, retry, status, token } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const trip: FlightTrip = {
  attempt: 1,
  at: 0,
  took: 1000,
  status: undefined,
  code: 'ATTEMPT_TIMEOUT',
  phase: 'wait',
  sent: 'all',
  reusedSocket: false,
  phases: { queue: 1, dns: 1, tcp: 1, tls: 0, send: 1, wait: 996, receive: 0 },
  total: 1000,
  idle: undefined,
  bytesSent: 0,
  bytesReceived: 0,
  connection: undefined,
  silence: undefined,
  reply: undefined,
}

const connection: NonNullable<FlightTrip['connection']> = {
  id: 1,
  address: '127.0.0.1',
  port: 443,
  localPort: 4000,
  uses: 1,
  secured: true,
  startedAt: 0,
  readyAt: undefined,
  tries: [],
  tls: undefined,
  handshake: { sent: 300, received: 2000 },
}

const certificate = {
  subject: 'CN=api.example.com',
  issuer: 'CN=Acme CA',
  names: 'DNS:api.example.com',
  validFrom: 'Jan  1 12:00:00 2026 GMT',
  validTo: 'Jan  1 12:00:00 2027 GMT',
  fingerprint256: 'AA',
}

/** A call that failed by such a code on such a trip. */
const failed = (code: string, last: Partial<FlightTrip> = {}, rest: Partial<Flight> = {}): Flight => ({
  ...flightOf(flightless)!,
  failure: {
    code,
    layer: 'got',
    because: 'it did',
    status: undefined,
    vendorCode: undefined,
    meaning: undefined,
    advice: undefined,
  },
  took: 1000,
  trips: [{ ...trip, code, ...last }],
  ...rest,
})

const noted = (id: string, facts: Flight['notes'][0]['facts']): Partial<Flight> => ({
  notes: [{ at: 1, attempt: 1, layer: id.split('.')[0]!, id, facts, en: '', zh: '' }],
})

/** What is thrown by a call that the script answers so. */
async function thrown(layers: readonly unknown[], ...steps: [Step, ...Step[]]): Promise<unknown> {
  const clock = virtualClock()
  const http = client({
    pipeline: pipeline(layers as [], scriptedTransport(...steps)),
    origin: 'https://api.example.com',
    clock,
    chance: () => 0.9,
  })
  const error = http.get('/a').catch((error: unknown) => error)
  await clock.drain()
  return error
}

const flightless = await thrown([status()], replies(500))

const tls = (shown: Partial<typeof certificate>) => ({
  phase: 'tls',
  sent: 'none',
  connection: {
    ...connection,
    tls: {
      protocol: 'TLSv1.3',
      cipher: undefined,
      group: undefined,
      alpn: undefined,
      serverName: 'api.example.com',
      resumed: false,
      chain: [{ ...certificate, ...shown }],
    },
  },
})

describe('conclude', () => {
  it.each<[string, Flight]>([
    ['proxy-ignored', failed('CONNECTION_REFUSED', {}, noted('direct.ignored', { variables: 'HTTPS_PROXY' }))],
    ['proxy-unreachable', failed('PROXY_UNREACHABLE')],
    ['pinned-address', failed('TLS_NAME', { phase: 'tls' }, noted('hosts.pinned', { address: '10.0.0.1' }))],
    ['name-unanswered', failed('DNS_TIMEOUT', { phase: 'dns' })],
    ['name-unanswered', failed('CONNECT_TIMEOUT', { phase: 'dns' })],
    ['https-to-http-port', failed('TLS_NOT_SPOKEN', { phase: 'tls' })],
    ['client-certificate', failed('TLS_FAILED', { phase: 'tls', connection })],
    ['reset-in-tls', failed('CONNECTION_CLOSED', { phase: 'tls', connection })],
    ['client-closed', failed('CLIENT_CLOSED', {}, { trips: [] })],
    ['certificate-untrusted', failed('TLS_UNTRUSTED', tls({}))],
    ['clock-skew', failed('CLOCK_SKEW', {}, { trips: [] })],
  ])('%s', (cause, flight) => {
    expect(conclude(flight)?.cause).toBe(cause)
  })

  it('blames the clock for a certificate that is not valid yet, and says how far away that is', () => {
    const flight = failed('TLS_EXPIRED', tls({}), { startedAt: '2026-01-01T10:00:00.000Z' })
    expect(conclude(flight)).toEqual({
      cause: 'certificate-early',
      en: 'The certificate of CN=api.example.com is not valid before 2026-01-01T12:00Z, which is 120 min away by the clock of this machine (2026-01-01T10:00Z).',
      zh: 'CN=api.example.com 的证书自 2026-01-01T12:00Z 起生效，按本机时钟（2026-01-01T10:00Z）还有 120 min。',
      fix: {
        en: 'Check the clock of this machine: timedatectl set-ntp true. If it is right, the server needs a certificate that is valid now.',
        zh: '检查本机时钟：timedatectl set-ntp true。若时钟无误，服务器需更换已生效的证书。',
      },
    })
  })

  it('does not blame a stall of the process that took less than two fifths of the attempt', () => {
    const stalled = (milliseconds: number) =>
      conclude(failed('ATTEMPT_TIMEOUT', {}, { stalls: [{ at: 100, milliseconds }] }))?.cause
    expect([stalled(390), stalled(410)]).toEqual(['stalled-waiting', 'event-loop-blocked'])
  })

  it('does not blame a stall that was over before the attempt began', () => {
    const flight = failed('ATTEMPT_TIMEOUT', { at: 900 }, { took: 1900, stalls: [{ at: 100, milliseconds: 800 }] })
    expect(conclude(flight)?.cause).toBe('stalled-waiting')
  })

  it('does not blame a clock that is half a minute off at most, and none where nobody refuses', () => {
    const off = (skew: number, verdict: 'denied' | 'server') => {
      const reply = { type: undefined, charset: undefined, length: undefined, skew }
      const flight = failed('STATUS_403', { status: 403, code: undefined, phase: 'receive', reply }, { verdict })
      return conclude({ ...flight, failure: { ...flight.failure!, layer: 'server', status: 403 } })?.cause
    }
    expect([off(-29_000, 'denied'), off(-31_000, 'denied'), off(31_000, 'server')]).toEqual([
      undefined,
      'clock-skew',
      undefined,
    ])
  })

  it('blames the deadline, and not the server, when an earlier attempt was answered later than this one was cut', async () => {
    const error = await thrown(
      [deadline({ after: 300 }), retry({ delay: 10 }), status()],
      later(200, replies(503)),
      later(200, replies(200)),
    )
    expect(conclude(flightOf(error)!)).toMatchObject({ cause: 'total-deadline' })
  })

  it('says of a code what the table of codes says, where no cause is known', async () => {
    const error = await thrown([], breaks('HEADERS_TOO_LARGE'))
    expect(conclude(flightOf(error)!)).toMatchObject({
      cause: 'headers-too-large',
      en: 'The headers of the reply are larger than the limit.',
    })
  })

  it('concludes why there is no token, from a real layer that asks for one', async () => {
    const layers = [token({ clientId: 'an-id', clientSecret: 'a-secret', retries: 0 }), status()]
    const flight = flightOf(await thrown(layers, breaks('CONNECTION_REFUSED', { phase: 'connect', sent: 'none' })))!

    expect([flight.failure?.code, conclude(flight)?.cause]).toEqual(['TOKEN_UNAVAILABLE', 'connection-refused'])
  })

  it('concludes from the call for a token why there is none', () => {
    const child = failed('CONNECTION_REFUSED')
    const flight = failed('TOKEN_UNAVAILABLE', {}, { trips: [], children: [{ at: 0, flight: child }] })
    expect(conclude(flight)?.cause).toBe('connection-refused')
  })

  it('has no word for a status alone, and none for a call that went well', async () => {
    expect(conclude(flightOf(flightless)!)).toBe(undefined)
    expect(conclude({ ...flightOf(flightless)!, failure: undefined })).toBe(undefined)
  })

  it('is the end of explain(), in the language that is asked for', async () => {
    const error = (await thrown([], breaks('TLS_VERSION'))) as { explain: (options?: object) => string }
    expect(error.explain().split('\n').slice(-2)).toEqual([
      '∴ The server speaks no TLS version that this client does: TLS 1.2 is the least.',
      '→ The server must offer TLS 1.2 or newer; check tls({ minVersion }) too.',
    ])
    expect(error.explain({ lang: 'zh' }).split('\n').slice(-2)).toEqual([
      '∴ 双方没有共同的 TLS 版本：客户端最低为 TLS 1.2。',
      '→ 服务器须支持 TLS 1.2 及以上；并检查 tls({ minVersion })。',
    ])
  })
})

it('who has retried is not told to retry: what stays is what has to be looked at', async () => {
  const clock = virtualClock()
  const reset = breaks('CONNECTION_RESET', { phase: 'wait', sent: 'all' })
  const transport = scriptedTransport(reset, reset)
  const http = client({
    pipeline: pipeline([retry({ retries: 1, delay: 0 }), status()], transport),
    origin: 'https://api.example.com',
    clock,
  })
  const asked = http.get('/').catch((error: unknown) => error)
  await clock.advance(1000)
  const { fix } = conclude(flightOf(await asked)!)!
  expect(fix).toEqual({
    en: 'It stayed through 2 attempts. It may have been worked on: let only repeatable calls go twice.',
    zh: '共 2 次尝试均未成功。请求可能已被处理：仅重发可重复的调用。',
  })
})

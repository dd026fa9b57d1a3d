import type { Flight, FlightConnection, FlightNote, FlightTrip, Phases } from '@penstock/core'

const noPhases: Phases = { queue: 0, dns: 0, tcp: 0, tls: 0, send: 0, wait: 0, receive: 0 }

export const connectionOf = (change: Partial<FlightConnection> = {}): FlightConnection => ({
  id: 7,
  address: '192.0.2.7',
  port: 443,
  localPort: 50_000,
  uses: 1,
  secured: true,
  startedAt: 0,
  readyAt: undefined,
  tries: [],
  tls: undefined,
  handshake: undefined,
  ...change,
})

/** A trip whose time is the sum of its phases. */
export function tripOf(
  change: Omit<Partial<FlightTrip>, 'phases'> & { readonly phases?: Partial<Phases> } = {},
): FlightTrip {
  const phases = { ...noPhases, ...change.phases }
  const total = Object.values(phases).reduce((sum, one) => sum + one, 0)
  return {
    attempt: 1,
    at: 0,
    took: total,
    status: 200,
    code: undefined,
    phase: 'receive',
    sent: 'all',
    reusedSocket: false,
    total,
    idle: undefined,
    bytesSent: 0,
    bytesReceived: 0,
    connection: connectionOf(),
    silence: undefined,
    reply: undefined,
    ...change,
    phases,
  }
}

export const noteOf = (
  at: number,
  id: string,
  en: string,
  zh: string,
  facts: FlightNote['facts'] = {},
): FlightNote => ({
  at,
  attempt: 1,
  layer: id.split('.')[0]!,
  id,
  facts,
  en,
  zh,
})

/** A call that went well, unless it is told otherwise. */
export const flightWith = (change: Partial<Flight> = {}): Flight => ({
  schema: 'penstock.flight/1',
  id: 1,
  level: 'errors',
  method: 'GET',
  url: 'https://api.example.com/things',
  endpoint: undefined,
  startedAt: '2026-11-21T02:01:00.000Z',
  took: 100,
  deadline: undefined,
  running: false,
  verdict: 'ok',
  failure: undefined,
  attempts: 1,
  maxAttempts: 10,
  notes: [],
  trips: [],
  spans: [],
  stalls: [],
  children: [],
  ...change,
})

const token = flightWith({
  id: 2,
  method: 'POST',
  url: 'https://aip.example.com/oauth/2.0/token',
  endpoint: 'baidu.token',
  took: 190,
  trips: [tripOf({ phases: { queue: 1, dns: 12, tcp: 23, tls: 61, send: 2, wait: 90, receive: 1 } })],
})

/** Three attempts: too fast, a connection that the server had closed, too fast again. */
export const tooFast: Flight = flightWith({
  method: 'POST',
  url: 'https://aip.example.com/rest/2.0/ocr/v1/general_basic',
  endpoint: 'baidu.ocr.general_basic',
  took: 2338,
  deadline: 10_000,
  verdict: 'rate',
  failure: {
    code: 'QPS_LIMIT',
    layer: 'server',
    because: 'Open api qps request limit reached',
    status: 200,
    vendorCode: '18',
    meaning: { en: 'More requests a second than the application may make.', zh: '每秒请求数超过应用配额。' },
    advice: { en: 'Put a rateLimit in the stack, or raise the quota.', zh: '加入 rateLimit，或提升配额。' },
  },
  attempts: 3,
  notes: [
    noteOf(815, 'reject.verdict', 'the server says 18 QPS_LIMIT: verdict rate', '服务器返回 18 QPS_LIMIT：判定 rate'),
    noteOf(816, 'retry.waits', 'waits 512 ms, then sends again: QPS_LIMIT', '等待 512 ms 后重发：QPS_LIMIT', {
      wait: 512,
      code: 'QPS_LIMIT',
    }),
    {
      ...noteOf(1423, 'retry.at_once', 'sends again at once: CONNECTION_RESET', '立即重发：CONNECTION_RESET'),
      attempt: 2,
    },
    { ...noteOf(2336, 'retry.spent', 'gives up: all 3 attempts are used', '放弃：3 次尝试已用完'), attempt: 3 },
  ],
  trips: [
    tripOf({
      at: 191,
      phases: { queue: 0.4, send: 54, wait: 568, receive: 1.6 },
      reusedSocket: true,
      idle: 0.6,
    }),
    tripOf({
      attempt: 2,
      at: 1330,
      status: undefined,
      code: 'CONNECTION_RESET',
      reusedSocket: true,
      idle: 31_000,
      phases: { queue: 0.3, send: 50, wait: 42.7 },
    }),
    tripOf({
      attempt: 3,
      at: 1424,
      phases: { queue: 0.5, dns: 9, tcp: 23, tls: 81, send: 53, wait: 742, receive: 3.5 },
      connection: connectionOf({
        id: 8,
        tries: [
          { address: '2001:db8::7', family: 6, at: 1433, code: 'ENETUNREACH' },
          { address: '192.0.2.7', family: 4, at: 1434 },
        ],
      }),
    }),
  ],
  stalls: [{ at: 1700, milliseconds: 180 }],
  children: [{ at: 0.5, flight: token }],
})

/** Recorded at level `all`, with time that nothing explains. */
export const slowLayer: Flight = flightWith({
  level: 'all',
  took: 1000,
  trips: [tripOf({ at: 460, phases: { queue: 1, send: 1, wait: 147, receive: 1 } })],
  spans: [
    { layer: 'deadline', attempt: 1, depth: 0, from: 1, to: 999, verdict: 'ok' },
    { layer: 'cache', attempt: 1, depth: 1, from: 2, to: 998, verdict: 'ok' },
    { layer: 'got', attempt: 1, depth: 2, from: 459, to: 611, verdict: 'ok' },
  ],
})

import type { Flight } from '@penstock/core'
import { reported } from './reported.ts'

const [turnedAway] = reported as [Flight]

const failed = {
  verdict: 'network',
  code: 'CONNECTION_RESET',
  layer: 'undici',
  because: 'the peer cut the connection',
  phase: 'wait',
  sent: 'all',
  peerRefused: false,
  retryAfter: 5,
  cut: false,
} as const

/** A flight with something in every field that a file may hold, for those who put something else there. */
export const richFlight: Flight = {
  ...turnedAway,
  failure: { ...turnedAway.failure!, requestId: '1390582998516105216' },
  trips: turnedAway.trips.map((trip, index) => ({
    ...trip,
    credentials: [
      { in: 'query', name: 'access_token' },
      { in: 'header', name: 'authorization', scheme: 'Basic' },
    ],
    answer: {
      ...(index === 1 && { failure: failed }),
      headers: { 'retry-after': '3', 'content-type': 'application/json' },
      body: { kind: 'json', path: 'error.code', code: '18', messagePath: 'error.message', message: 'too fast' },
      ...(index === 2 && { broken: failed }),
    },
    reply: { type: 'application/json', charset: 'utf-8', length: 3, skew: 9, requestId: 'r-1' },
  })),
  recording: {
    repeatable: 'always',
    body: 'bytes',
    streams: false,
    layers: { retry: { retries: 2 } },
    chance: [0.5, 0.25],
    jumps: [{ at: 3, milliseconds: 60_000 }],
    abort: undefined,
  },
}

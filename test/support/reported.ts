import type { Flight } from '@penstock/core'
import { connectionOf, flightWith, slowLayer, tooFast, tripOf } from './flights.ts'

const certificate = (subject: string, issuer: string, validTo: string, names?: string) => ({
  subject,
  issuer,
  names,
  validFrom: 'Jan  1 12:00:00 2025 GMT',
  validTo,
  fingerprint256: 'E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55',
})
const authority = certificate('CN=Example TLS CA 2', 'CN=Example Root', 'Jan  1 12:00:00 2035 GMT')
const tls = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  group: 'X25519',
  alpn: 'http/1.1',
  serverName: 'aip.example.com',
  resumed: false,
  chain: [
    certificate('CN=aip.example.com, O=Example', authority.subject, 'Jan  1 12:00:00 2027 GMT', 'DNS:aip.example.com'),
    authority,
  ],
}

const turnedAway: Flight = {
  ...tooFast,
  level: 'all',
  failure: { ...tooFast.failure!, requestId: '1390582998516105216' },
  trips: tooFast.trips.map((trip) => ({
    ...trip,
    bytesSent: 48_211,
    bytesReceived: trip.status === undefined ? 0 : 76,
    reply:
      trip.status === undefined
        ? undefined
        : { type: 'application/json', charset: 'utf-8', length: 76, skew: 4200, requestId: undefined },
    connection: {
      ...trip.connection!,
      uses: trip.connection!.id === 7 ? 2 : 1,
      startedAt: trip.connection!.id === 7 ? -31_000 : 1424,
      readyAt: trip.connection!.id === 7 ? -30_900 : 1537,
      tls,
      handshake: { sent: 702, received: 3411 },
    },
  })),
  spans: [
    { layer: 'deadline', attempt: 1, depth: 0, from: 0.1, to: 2337.9, verdict: 'rate' },
    { layer: 'retry', attempt: 1, depth: 1, from: 0.2, to: 2337.8, verdict: 'rate' },
    { layer: 'token', attempt: 1, depth: 2, from: 0.3, to: 815, verdict: 'rate' },
    { layer: 'got', attempt: 1, depth: 3, from: 191, to: 815, verdict: 'rate' },
    { layer: 'token', attempt: 2, depth: 2, from: 1330, to: 1423, verdict: 'network' },
    { layer: 'got', attempt: 2, depth: 3, from: 1330, to: 1423, verdict: 'network' },
    { layer: 'token', attempt: 3, depth: 2, from: 1424, to: 2336, verdict: 'rate' },
    { layer: 'got', attempt: 3, depth: 3, from: 1424, to: 2336, verdict: 'rate' },
  ],
}

const expired: Flight = flightWith({
  url: 'https://old.example.com/v1/things/4711',
  took: 88,
  verdict: 'network',
  failure: {
    code: 'TLS_EXPIRED',
    layer: 'wire',
    because: 'certificate has expired',
    status: undefined,
    vendorCode: undefined,
    meaning: undefined,
    advice: undefined,
  },
  trips: [
    tripOf({
      code: 'TLS_EXPIRED',
      status: undefined,
      phase: 'tls',
      phases: { dns: 9, tcp: 21, tls: 57 },
      connection: connectionOf({
        id: 11,
        tls: {
          ...tls,
          serverName: 'old.example.com',
          chain: [
            certificate('CN=old.example.com', authority.subject, 'Feb  1 12:00:00 2026 GMT', 'DNS:old.example.com'),
          ],
        },
      }),
    }),
  ],
})

const versions = { penstock: '0.1.0', node: 'v24.8.0', undici: '8.12.4', openssl: '3.5.2', platform: 'linux x64' }

/** Three calls with all that a report can show: one turned away after three attempts, one slow, one to an expired server. */
export const reported: readonly Flight[] = [turnedAway, slowLayer, expired].map((flight) => ({ ...flight, versions }))

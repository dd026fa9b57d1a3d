import { isIP } from 'node:net'
import type { Flight, FlightTrip } from './flight.ts'
import { maskedData } from './gate/masked-data.ts'
import type { Har, HarEntry, HarPage, HarTimings } from './har/har-format.ts'

/**
 * Calls as a HAR 1.2 file: a page for each call and for each made on its behalf, an entry for each request. Headers, queries
 * and bodies are not in it; of bodies there is their size.
 *
 * @see http://www.softwareishard.com/blog/har-12-spec/
 *
 * @example
 * ```ts
 * import { type Har, har, readFlights } from '@penstock/core/diagnose'
 *
 * const forDevTools = (file: URL): Har => har(readFlights(file))
 * ```
 */
export function har(flights: readonly Flight[]): Har {
  const calls = flights.flatMap(withChildren)
  return maskedData({
    log: {
      version: '1.2' as const,
      creator: { name: 'penstock', version: '1' },
      pages: calls.map(pageOf),
      entries: calls.flatMap((flight, at) => flight.trips.map((trip) => entryOf(trip, flight, `call_${at + 1}`))),
    },
  })
}

const withChildren = (flight: Flight): Flight[] => [
  flight,
  ...flight.children.flatMap(({ flight: child }) => withChildren(child)),
]

function pageOf({ startedAt, method, url, took, failure }: Flight, at: number): HarPage {
  return {
    id: `call_${at + 1}`,
    startedDateTime: startedAt,
    title: `${method} ${url}${failure === undefined ? '' : ` ${failure.code}`}`,
    pageTimings: { onContentLoad: -1, onLoad: took },
  }
}

function entryOf(trip: FlightTrip, { method, url, startedAt }: Flight, pageref: string): HarEntry {
  const { status, code, bytesSent, bytesReceived, connection, reply } = trip
  const timings = timingsOf(trip)
  const httpVersion = connection?.tls?.alpn === 'h2' ? 'HTTP/2' : 'HTTP/1.1'
  return {
    pageref,
    startedDateTime: new Date(Date.parse(startedAt) + trip.at).toISOString(),
    time: sumOf(timings),
    request: {
      method,
      url,
      httpVersion,
      ...nothing,
      queryString: [],
      headersSize: -1,
      bodySize: bytesSent,
      ...(bytesSent > 0 && { postData: { mimeType: '', text: '', comment: withheld(bytesSent) } }),
    },
    response: {
      status: status ?? 0,
      statusText: '',
      httpVersion: status === undefined ? '' : httpVersion,
      ...nothing,
      content: { size: bytesReceived, mimeType: reply?.type ?? '', comment: withheld(bytesReceived) },
      redirectURL: '',
      headersSize: -1,
      bodySize: status === undefined ? -1 : bytesReceived,
    },
    cache: {},
    timings,
    ...(isIP(connection?.address ?? '') > 0 && { serverIPAddress: connection!.address }),
    // developer tools take the port from here
    ...(connection?.port !== undefined && { connection: String(connection.port) }),
    ...(connection !== undefined && { _connectionId: String(connection.id) }),
    _resourceType: 'fetch',
    _attempt: trip.attempt,
    ...(code !== undefined && { _error: code }),
  }
}

const withheld = (bytes: number) => `${bytes} bytes, withheld`

const nothing = { cookies: [], headers: [] } as const

function timingsOf({ phases, took, reusedSocket }: FlightTrip): HarTimings {
  if (phases === undefined) return { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: took ?? 0, receive: 0 }
  const { queue: blocked, dns, tcp, tls, send, wait, receive } = phases
  const exchange = { send, wait, receive }
  if (reusedSocket === true) return { blocked, dns: -1, connect: -1, ssl: -1, ...exchange }
  return { blocked, dns, connect: tcp + tls, ssl: tls > 0 ? tls : -1, ...exchange }
}

/** Connecting has the TLS handshake in it already. */
const sumOf = ({ blocked, dns, connect, send, wait, receive }: HarTimings): number =>
  [blocked, dns, connect, send, wait, receive].reduce((all, one) => all + Math.max(0, one), 0)

import { isIP } from 'node:net'
import type { Flight, FlightTrip } from './flight.ts'
import { maskedData } from './gate/masked-data.ts'
import { amount, count, dateTime } from './har/amounts.ts'
import { decisionsOf } from './har/decisions.ts'
import type { Har, HarEntry, HarPage } from './har/har-format.ts'
import { timeOf, timingsOf } from './har/timings.ts'
import { ownVersion } from './own-version.ts'

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
  const calls: Told[] = []
  for (const flight of flights) listed(flight, calls)
  return maskedData({
    log: {
      version: '1.2' as const,
      creator: { name: 'penstock', version: ownVersion() },
      pages: calls.map(pageOf),
      entries: calls.flatMap(({ flight }, at) =>
        flight.trips.map((trip, index) => entryOf(trip, index, flight, `call_${at + 1}`)),
      ),
    },
  })
}

/** A call, and the place of the one that it was made for. */
type Told = { readonly flight: Flight; readonly of: number | undefined }

function listed(flight: Flight, calls: Told[], of?: number): Told[] {
  const place = calls.push({ flight, of }) - 1
  for (const child of flight.children) listed(child.flight, calls, place)
  return calls
}

function pageOf({ flight, of }: Told, at: number): HarPage {
  const { startedAt, method, url, took, failure, copyOf } = flight
  return {
    id: `call_${at + 1}`,
    startedDateTime: dateTime(startedAt),
    title: `${method} ${url}${failure === undefined ? '' : ` ${failure.code}`}`,
    pageTimings: { onContentLoad: -1, onLoad: amount(took) },
    ...(of !== undefined && { comment: `${copyOf === undefined ? 'made for' : 'a copy, sent beside'} call_${of + 1}` }),
  }
}

/** @param index of the trip, among those of its call */
function entryOf(trip: FlightTrip, index: number, flight: Flight, pageref: string): HarEntry {
  const { method, url, startedAt, trips, failure } = flight
  const { code, connection, reply, answer } = trip
  const status = Number.isInteger(trip.status) ? trip.status : undefined
  const bytesSent = count(trip.bytesSent)
  const bytesReceived = count(trip.bytesReceived)
  const timings = timingsOf(trip)
  // an answer that came whole is none, whatever it says
  const error = status === undefined ? code : answer?.broken?.code
  // the schema knows no zones
  const [address = ''] = connection?.address?.split('%') ?? []
  const httpVersion = connection?.tls?.alpn === 'h2' ? 'HTTP/2' : 'HTTP/1.1'
  return {
    pageref,
    startedDateTime: dateTime(startedAt, trip.at),
    time: timeOf(timings),
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
    ...(isIP(address) > 0 && { serverIPAddress: address }),
    // developer tools take the port from here
    ...(connection?.port !== undefined && { connection: String(connection.port) }),
    ...(connection !== undefined && { _connectionId: String(connection.id) }),
    _resourceType: 'fetch',
    _attempt: trip.attempt,
    ...(error !== undefined && { _error: error }),
    ...(index === trips.length - 1 && failure !== undefined && { _layer: failure.layer }),
    _decisions: decisionsOf(flight, index),
  }
}

const withheld = (bytes: number) => `${bytes} bytes, withheld`

const nothing = { cookies: [], headers: [] } as const

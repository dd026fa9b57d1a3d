import type { Body } from '../../body.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { Flight } from '../../recorder/flight.ts'
import type { Request } from '../../request.ts'

/** What was asked for, as far as layers decide by it: the body is as long as it was, and of zeros. */
export function requestOf(
  { method, url, trips, recording }: Flight,
  endpoint: Endpoint<any, any> | undefined,
  signal: AbortSignal,
): Request {
  const { repeatable, body, streams, layers } = recording!
  const length = Math.max(0, ...trips.map(({ bytesSent }) => bytesSent))
  return {
    method,
    // what was masked in it may be no ASCII
    path: encodeURI(decodeURI(new URL(url).pathname)),
    repeatable,
    stream: streams,
    signal,
    ...(layers && { layers }),
    ...(endpoint && { endpoint }),
    ...(body !== 'none' && { body: zeros(body, length) }),
  }
}

function zeros(kind: Exclude<Body['kind'], 'none'>, length: number): Body | AsyncIterable<Uint8Array> {
  const open = async function* () {
    for (let left = length; left > 0; left -= 65_536) yield new Uint8Array(Math.min(left, 65_536))
  }
  return kind === 'once' ? open() : { kind: 'factory', open, length }
}

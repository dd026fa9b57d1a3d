import type { Body } from '../../body.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { Flight } from '../../recorder/flight.ts'
import type { Request } from '../../request.ts'

/** Bytes of a body: a layer may keep it. */
const longest = 2 ** 26

/** What was asked for, as far as layers decide by it: the body is as long as it was, and of zeros. */
export function requestOf(
  { method, url, trips, recording }: Flight,
  endpoint: Endpoint<any, any> | undefined,
  signal: AbortSignal,
): Request {
  const { repeatable, body, streams, layers } = recording!
  const length = Math.min(longest, Math.max(0, ...trips.map(({ bytesSent }) => Math.floor(bytesSent))))
  return {
    method,
    // what was masked in it may be no ASCII: a URL encodes that
    path: new URL(url).pathname,
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

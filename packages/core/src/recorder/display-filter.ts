import net from 'node:net'
import type { Flight, FlightConnection } from './flight.ts'

/**
 * What shows one call alone, in Wireshark or by `tshark -Y`: its connections by their own ports, of a kept one the time in
 * question. Undefined for a call that came to no connection.
 */
export function displayFilter(flight: Flight): string | undefined {
  const parts = connectionsOf(flight)
  return parts.length === 0 ? undefined : [...new Set(parts)].join(' || ')
}

/** Its own, and those of calls made on its behalf. */
function connectionsOf(flight: Flight): string[] {
  const began = Date.parse(flight.startedAt)
  const own = flight.trips.flatMap(({ at, took, total, connection }) => {
    const ends = connection && endsOf(connection)
    if (ends === undefined) return []
    if (connection!.uses === 1) return [ends]
    // the flight's beginning is a whole millisecond
    const from = (began + at - 1) / 1000
    const to = (began + at + (total ?? took ?? 0) + 2) / 1000
    return [`(${ends} && frame.time_epoch >= ${from.toFixed(6)} && frame.time_epoch <= ${to.toFixed(6)})`]
  })
  return [...flight.children.flatMap((child) => connectionsOf(child.flight)), ...own]
}

function endsOf({ address, port, localPort }: FlightConnection): string | undefined {
  const [bare = ''] = address?.split('%') ?? []
  const version = net.isIP(bare)
  if (version === 0 || port === undefined || localPort === undefined) return undefined
  return `(${version === 6 ? 'ipv6' : 'ip'}.addr == ${bare} && tcp.port == ${port} && tcp.port == ${localPort})`
}

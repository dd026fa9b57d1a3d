import type { FlightTrip } from '../flight.ts'
import { amount } from './amounts.ts'
import type { HarTimings } from './har-format.ts'

const none = { blocked: -1, dns: -1, connect: -1, ssl: -1 } as const

/** Of a trip; a connection that was kept took nothing to set up. */
export function timingsOf({ phases, took, reusedSocket }: FlightTrip): HarTimings {
  if (phases === undefined) return { ...none, send: 0, wait: amount(took), receive: 0 }
  const tls = amount(phases.tls)
  const blocked = amount(phases.queue)
  const exchange = { send: amount(phases.send), wait: amount(phases.wait), receive: amount(phases.receive) }
  if (reusedSocket === true) return { ...none, blocked, ...exchange }
  return { blocked, dns: amount(phases.dns), connect: amount(phases.tcp) + tls, ssl: tls > 0 ? tls : -1, ...exchange }
}

/** All of them: connecting has the TLS handshake in it already. */
export const timeOf = ({ blocked, dns, connect, send, wait, receive }: HarTimings): number =>
  [blocked, dns, connect, send, wait, receive].reduce((all, one) => all + Math.max(0, one), 0)

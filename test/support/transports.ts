import {
  client,
  type Client,
  type ClientOptions,
  type Failure,
  type Middleware,
  pipeline,
  type Stackable,
  type Transport,
} from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import { describe } from 'vitest'

export type Make = (options?: Parameters<typeof gotTransport>[0]) => Transport

/** The suite of behaviour: what is said inside holds on got and on undici alike. */
export function onBothTransports(behaviour: (make: Make) => void): void {
  describe.each<[string, Make]>([
    ['got', gotTransport],
    ['undici', undiciTransport],
  ])('%s', (_, make) => {
    behaviour(make)
  })
}

/** A client over nothing but a transport, and what is put before it. */
export function over(
  transport: Transport,
  origin: string,
  layers: readonly Stackable[] = [],
  options: Partial<ClientOptions> = {},
): Client {
  return client({ pipeline: pipeline([...layers], transport), origin, ...options })
}

/** Bounds the call, as deadline() does. */
export const within =
  (after: number): Middleware =>
  (call, next) =>
    next(call.within({ after, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))

/** What a failure says, without its sentence. */
export const facts = ({ verdict, code, phase, sent, reusedSocket }: Failure) => ({
  verdict,
  code,
  phase,
  sent,
  reusedSocket,
})

/** Everything that is ready to happen has happened: sockets go back to their pools in the turn after the last byte. */
export async function settled(turns = 4): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
}

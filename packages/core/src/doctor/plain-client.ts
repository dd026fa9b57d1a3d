import { type Client, client } from '../client.ts'
import { pipeline } from '../pipeline.ts'
import type { Call } from '../call.ts'
import type { Next } from '../layer.ts'
import type { Scene } from './check.ts'

/** A client as plain as can be: no layer, only the trust of the scene. */
export function plainClient({ origin, tls, transport, clock }: Scene): Client {
  const trust = (call: Call, next: Next) => next(call.withWire({ ...call.wire, tls }))
  return client({ pipeline: pipeline([trust], transport()), origin: origin.origin, clock, diagnose: 'errors' })
}

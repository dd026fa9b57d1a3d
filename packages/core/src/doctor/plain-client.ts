import { type Client, client } from '../client.ts'
import { pipeline } from '../pipeline.ts'
import type { Call } from '../call.ts'
import type { Next } from '../layer.ts'
import type { Stackable } from '../order.ts'
import type { Scene } from './check.ts'

/** A client as plain as can be: the layers given, and the wire of the scene. */
export function plainClient({ origin, wire, transport, clock }: Scene, layers: readonly Stackable[] = []): Client {
  const wired = (call: Call, next: Next) => next(call.withWire({ ...call.wire, ...wire }))
  const stack: readonly Stackable[] = [...layers, wired]
  return client({
    pipeline: pipeline(stack as unknown as [], transport()),
    origin: origin.origin,
    clock,
    // so that a capture takes it down, where one runs
    diagnose: 'wire',
  })
}

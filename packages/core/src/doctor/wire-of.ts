import type { Call } from '../call.ts'
import { client } from '../client.ts'
import { isPenstockError, type PenstockError } from '../errors.ts'
import type { Stackable } from '../order.ts'
import { pipeline } from '../pipeline.ts'
import { bytesBody, Reply } from '../reply.ts'
import { plainWire, type WireOptions } from '../wire-options.ts'

/** How calls to an origin are sent, as the layers of a stack decide it. */
export type WireDecision = {
  readonly wire: WireOptions
  /** Whether one of the layers decides about proxies. */
  readonly routed: boolean
  /** Why the layers cannot be made, or let no call pass. */
  readonly unusable?: PenstockError
}

/** Asks the layers themselves, by a call that nobody sends: no second reading of their rules. */
export async function wireOf(layers: () => readonly Stackable[], origin: URL): Promise<WireDecision> {
  let wire: WireOptions = plainWire
  const dry = async (call: Call) => {
    wire = call.wire
    return new Reply(204, {}, bytesBody(new Uint8Array()))
  }
  try {
    const given = layers()
    const routed = given.some((one) => 'traits' in one && one.traits.route === 'proxy')
    const stack = pipeline(given as unknown as [], { name: 'dry', send: dry, close: async () => {} })
    await using http = client({ pipeline: stack, origin: origin.origin, diagnose: 'off' })
    await http.send({ path: '/' })
    return { wire, routed }
  } catch (error) {
    if (!isPenstockError(error)) throw error
    return { wire, routed: true, unusable: error }
  }
}

import { type Client, client, type Pipeline, pipeline, type Transport } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'

export const transports: readonly (readonly [on: string, make: typeof gotTransport])[] = [
  ['got', gotTransport],
  ['undici', undiciTransport],
]

export const over = (transport: Transport, origin: string, layers: readonly unknown[] = []): Client =>
  client({ pipeline: pipeline(layers as never, transport) as Pipeline, origin })

import type { Agent } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Dialer } from './dialer.ts'
import type { PoolOptions } from './pool-options.ts'

/** One of Node's agents whose connections a {@link Dialer} makes: never by a proxy, whatever the environment says. */
export function dialAgent(Kind: typeof Agent, dialer: Dialer, protocol: string, sockets: Required<PoolOptions>): Agent {
  class DialAgent extends Kind {
    readonly protocol = protocol

    override createConnection(): Duplex {
      return dialer.dial().socket
    }
  }
  const { connections, keepAlive } = sockets
  return new DialAgent({
    keepAlive: keepAlive > 0,
    maxSockets: connections,
    maxFreeSockets: connections,
    timeout: keepAlive,
    scheduling: 'lifo',
  })
}

import type { Agent } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Dialer } from './dialer.ts'
import type { PoolOptions } from './pool-options.ts'

/** One of Node's agents whose connections a {@link Dialer} makes: by no proxy of the environment. */
export function dialAgent(Kind: typeof Agent, dialer: Dialer, protocol: string, sockets: Required<PoolOptions>): Agent {
  class DialAgent extends Kind {
    readonly protocol = protocol

    override createConnection(_: unknown, tell?: (error: Error | null, socket: Duplex) => void): Duplex | undefined {
      const dial = dialer.dial()
      if (dialer.isDirect) return dial.socket
      dial.whenReady(() => tell!(null, dial.socket))
      dial.whenLost((fault) => tell!(fault, dial.socket))
      return undefined
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

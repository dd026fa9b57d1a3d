import type { Agent, ClientRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { Dialer } from './dialer.ts'

/** One of Node's agents whose connections a {@link Dialer} makes: never by a proxy, whatever the environment says. */
export function dialAgent(
  Kind: typeof Agent,
  dialer: Dialer,
  protocol: string,
  connections: number,
  keepAlive: number,
): Agent {
  class DialAgent extends Kind {
    readonly protocol = protocol

    override createConnection(): Duplex {
      return dialer.dial().socket
    }

    override keepSocketAlive(socket: Socket): boolean {
      return keepAlive > 0 && super.keepSocketAlive(socket as never) !== (false as never)
    }

    override reuseSocket(socket: Socket, request: ClientRequest): void {
      super.reuseSocket(socket as never, request)
    }
  }
  return new DialAgent({
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    timeout: keepAlive,
    scheduling: 'lifo',
  })
}

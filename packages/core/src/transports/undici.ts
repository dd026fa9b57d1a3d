import { refused } from '../outcome.ts'
import type { Transport } from '../transport.ts'
import { isUncounted, onceCounted } from './counted.ts'
import { Dialer } from './dialer.ts'
import { Lane } from './lane.ts'
import { Lanes } from './lanes.ts'
import { poolAbout, type PoolOptions, poolOptions } from './pool-options.ts'
import { Pools } from './pools.ts'
import { type TappedWire, wireOf } from './tap.ts'
import { headerLimit } from '../wire-options.ts'
import { type Carriers, UndiciExchange } from './undici-exchange.ts'
import { undiciParts } from './undici-parts.ts'

export type UndiciOptions = PoolOptions & {
  /** Speak HTTP/2 with a server that offers it over TLS. @default false */
  readonly http2?: boolean
}

/**
 * The fast transport: undici's pools, without its request layer, its redirects, its timers and its global dispatcher.
 * Reports wire facts, decodes bodies and holds them to the limits; takes no proxy from the environment.
 *
 * @throws ConfigError `MISSING_PEER` when undici is not installed; `CONFIG_INVALID`
 * @example
 * ```ts
 * import { client, pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 *
 * const http = client({ pipeline: pipeline([], undiciTransport({ connections: 64 })), origin: 'https://api.example.com' })
 * await (await http.get('/')).json()
 * await http.close()
 * ```
 */
export function undiciTransport(options: UndiciOptions = {}): Transport {
  const { http2 = false } = options
  const sockets = poolOptions('undiciTransport', options)
  const undici = undiciParts('undiciTransport')
  const protocols = http2 ? ['h2', 'http/1.1'] : ['http/1.1']
  const clientOptions = {
    allowH2: http2,
    // deadlines are the call's own, and exact; undici's timers tick twice a second
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: Math.max(1, sockets.keepAlive),
    keepAliveMaxTimeout: Math.max(1, sockets.keepAlive),
    // as Node's agents: let go a second before the server does
    keepAliveTimeoutThreshold: 1_000,
  } as const

  const client = (origin: URL | string, lane: Lane, wire: TappedWire, pipelining: number) =>
    new undici.Client(origin, { ...clientOptions, pipelining, maxHeaderSize: headerLimit(wire), connect: lane.connect })
  // 0 asks the server to close: nothing is kept
  const kept = sockets.keepAlive > 0

  /** Room for two, so that undici tells nobody when it has room: {@link Lanes} gives it one at a time. */
  const oneAtATime = (origin: string, wire: TappedWire): Carriers => {
    const dialer = new Dialer(origin, wire, sockets.connectTimeout, protocols)
    const url = knownOrigin(origin)
    return new Lanes(sockets.connections, (arrived) => {
      const lane = new Lane(dialer, arrived)
      return { lane, client: client(url, lane, wire, kept ? 2 : 0) }
    })
  }

  /** A connection that carries many is undici's own to share out. */
  const manyAtOnce = (origin: string, wire: TappedWire): Carriers => {
    const dialer = new Dialer(origin, wire, sockets.connectTimeout, protocols)
    const pool = new undici.Pool(origin, {
      ...clientOptions,
      pipelining: kept ? 1 : 0,
      connections: sockets.connections,
      factory(origin) {
        const lane = new Lane(dialer)
        return lane.carry(client(origin, lane, wire, kept ? 1 : 0))
      },
    })
    return {
      dispatch: (options, passenger) => void pool.dispatch(options, passenger),
      left() {},
      get idle() {
        return pool.stats.size === 0
      },
      close: () => pool.destroy(),
    }
  }

  const pools = new Pools(sockets.pools, http2 ? manyAtOnce : oneAtATime)

  const transport: Transport = {
    name: 'undici',
    about: [poolAbout(sockets), http2 ? 'HTTP/2' : ''].filter((part) => part !== '').join(', '),
    send(call) {
      if (pools.closed) return Promise.resolve(refused('CLIENT_CLOSED', 'undici', 'the transport is closed'))
      if (isUncounted(call.body)) return onceCounted(call, transport)
      return new UndiciExchange(call, pools.of(call.origin, wireOf(call))).start()
    },
    close: () => pools.close(),
  }
  return transport
}

/** undici asks for it at every request, and a URL puts it together anew each time. */
const knownOrigin = (origin: string): URL => Object.defineProperty(new URL(origin), 'origin', { value: origin })

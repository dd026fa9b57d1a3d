import type { Dispatcher, Pool as UndiciPool } from 'undici'
import type { Call } from '../call.ts'
import { refused } from '../outcome.ts'
import type { Transport } from '../transport.ts'
import type { Connection } from '../recorder/connection.ts'
import { Dialer } from './dialer.ts'
import { Exchange, type Payload, type Reached } from './exchange.ts'
import { Lane, type Passenger } from './lane.ts'
import { peer } from './peer.ts'
import { poolAbout, type PoolOptions, poolOptions } from './pool-options.ts'
import { type Pool, Pools } from './pools.ts'
import { wireOf } from './tap.ts'
import { headerLimit } from '../wire-options.ts'
import type { WireRequest } from './wire-request.ts'

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
  const undici = peer('undici', 8, 'undiciTransport') as typeof import('undici')
  const protocols = http2 ? ['h2', 'http/1.1'] : ['http/1.1']
  const shared = {
    allowH2: http2,
    // 0 asks the server to close: nothing is kept
    pipelining: sockets.keepAlive > 0 ? 1 : 0,
    // deadlines are the call's own, and exact; undici's timers tick twice a second
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: Math.max(1, sockets.keepAlive),
    keepAliveMaxTimeout: Math.max(1, sockets.keepAlive),
    // as Node's agents: let go a second before the server does
    keepAliveTimeoutThreshold: 1_000,
  } as const

  const pools = new Pools(sockets.pools, (origin, wire): Pool & { readonly pool: UndiciPool } => {
    const dialer = new Dialer(origin, wire, sockets.connectTimeout, protocols)
    const pool = new undici.Pool(origin, {
      ...shared,
      connections: sockets.connections,
      factory(origin) {
        const lane = new Lane(dialer)
        return lane.carry(
          new undici.Client(origin, { ...shared, maxHeaderSize: headerLimit(wire), connect: lane.connect }),
        )
      },
    })
    return {
      pool,
      get idle() {
        return pool.stats.size === 0
      },
      close: () => pool.destroy(),
    }
  })

  return {
    name: 'undici',
    about: [poolAbout(sockets), http2 ? 'HTTP/2' : ''].filter((part) => part !== '').join(', '),
    send(call) {
      if (pools.closed) return Promise.resolve(refused('CLIENT_CLOSED', 'undici', 'the transport is closed'))
      return new UndiciExchange(call, pools.of(call.origin, wireOf(call)).pool).start()
    },
    close: () => pools.close(),
  }
}

/** undici wants an error to abort with; nobody sees it. */
const gone = new Error('The call is over')

class UndiciExchange extends Exchange implements Passenger {
  #lane: Lane | undefined = undefined
  readonly #pool: UndiciPool
  #controller: Dispatcher.DispatchController | undefined = undefined
  #sent = false

  constructor(call: Call<any>, pool: UndiciPool) {
    super(call, 'undici')
    this.#pool = pool
  }

  /** Told by the lane. No field: who prints a reply would print the socket, and what was sent on it. */
  set lane(lane: Lane) {
    this.#lane = lane
  }

  get gone(): boolean {
    return this.over
  }

  protected dispatch({ path, headers }: WireRequest, payload: Payload): void {
    const { method } = this.call
    // undici gives up the socket of a HEAD unless told not to
    this.#pool.dispatch(
      { path, method, headers, body: payload ?? null, reset: false } as Dispatcher.DispatchOptions,
      this,
    )
  }

  protected progress(): Reached {
    if (this.#controller === undefined) {
      const stage = this.#lane?.dial?.stage
      return { phase: stage === undefined || stage === 'ready' ? 'connect' : stage, sent: 'none' }
    }
    if (this.#sent) return { phase: 'wait', sent: 'all' }
    return { phase: 'send', sent: this.upload !== undefined && this.upload.bytes === 0 ? 'headers' : 'part' }
  }

  protected get connection(): Connection | undefined {
    return this.#lane?.dial?.connection
  }

  /** undici reads a body when it has a socket for it. */
  ready(): Promise<void> {
    return Promise.resolve()
  }

  flushed(): boolean {
    return this.#lane?.dial?.socket.writableLength === 0
  }

  protected abort(): void {
    if (this.#controller === undefined) this.#lane?.giveUp()
    else this.#controller.abort(gone)
  }

  protected pause(): void {
    this.#controller?.pause()
  }

  protected resume(): void {
    if (this.#controller?.paused === true) this.#controller.resume()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.over) return controller.abort(gone)
    const lane = this.#lane!
    this.reusedSocket = lane.served++ > 0
    this.timeline?.begin(lane.dial?.connection)
  }

  onRequestSent(): void {
    const socket = this.#lane?.dial?.socket
    // undici has written it; the socket may hold most of it still
    if (socket?.writableNeedDrain === true) socket.once('drain', () => this.#flushed())
    else this.#flushed()
  }

  #flushed(): void {
    this.#sent = true
    this.timeline?.sent()
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[]>): void {
    if (status < 200) return
    const cookie = headers['set-cookie']
    if (typeof cookie === 'string') headers['set-cookie'] = [cookie]
    this.answer(status, headers)
  }

  onResponseData(_: Dispatcher.DispatchController, piece: Buffer): void {
    this.data(piece)
  }

  onResponseEnd(): void {
    this.finish()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const fault = this.#lane?.dial?.fault
    this.broke(fault ?? error, fault !== undefined)
  }
}

import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { urlToHttpOptions } from 'node:url'
import type { Got, Request as GotStream } from 'got'
import type { Call } from '../call.ts'
import { type Phase, refused } from '../outcome.ts'
import type { Transport } from '../transport.ts'
import type { Connection } from '../recorder/connection.ts'
import { dialAgent } from './dial-agent.ts'
import { dialOf, stageOf } from './dial.ts'
import { closed } from './closed.ts'
import { isUncounted, onceCounted } from './counted.ts'
import { Dialer } from './dialer.ts'
import { Exchange, type Payload, type Reached } from './exchange.ts'
import { peer } from './peer.ts'
import { poolAbout, type PoolOptions, poolOptions } from './pool-options.ts'
import { type Pool, Pools } from './pools.ts'
import { replyHeaders } from './reply-headers.ts'
import { wireOf } from './tap.ts'
import { headerLimit } from '../wire-options.ts'
import type { WireRequest } from './wire-request.ts'

export type GotOptions = PoolOptions

/**
 * The default transport: got carries and decides nothing. Its retries, redirects, cookies, caches, decoding and errors
 * are off; it is given the origin alone, so that nothing it throws, logs or publishes can hold a secret.
 *
 * @throws ConfigError `MISSING_PEER` when got is not installed; `CONFIG_INVALID`
 * @example
 * ```ts
 * import { client, pipeline } from '@penstock/core'
 * import { gotTransport } from '@penstock/core/got'
 *
 * const http = client({ pipeline: pipeline([], gotTransport({ connections: 64 })), origin: 'https://api.example.com' })
 * await (await http.get('/')).json()
 * await http.close()
 * ```
 */
export function gotTransport(options: GotOptions = {}): Transport {
  const sockets = poolOptions('gotTransport', options)
  const { default: got } = peer('got', 16, 'gotTransport') as typeof import('got')
  // an ES import of this module reads all its names, and one of them loads Node's own undici
  const http = process.getBuiltinModule('node:http')
  const https = process.getBuiltinModule('node:https')
  const bare = got.extend({
    // got copies these lists for every request
    retry: { limit: 0, methods: [], statusCodes: [], errorCodes: [] },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    headers: { 'user-agent': undefined },
  })

  const pools = new Pools(sockets.pools, (origin, wire) => {
    const dialer = new Dialer(origin, wire, sockets.connectTimeout, ['http/1.1'])
    const { protocol, hostname, port } = urlToHttpOptions(new URL(origin))
    const secure = protocol === 'https:'
    const agent = dialAgent(http.Agent, dialer, protocol!, sockets)
    const to = { hostname, port, agent, maxHeaderSize: headerLimit(wire) }
    const request = secure ? https.request : http.request
    return new GotPool(bare, agent, dialer, (trip) => request({ ...trip, ...to }))
  })

  const transport: Transport = {
    name: 'got',
    about: poolAbout(sockets),
    send(call) {
      if (pools.closed) return Promise.resolve(refused('CLIENT_CLOSED', 'got', 'the transport is closed'))
      if (isUncounted(call.body)) return onceCounted(call, transport)
      return new GotExchange(call, pools.of(call.origin, wireOf(call))).start()
    },
    close: () => pools.close(),
  }
  return transport
}

type Send = (trip: {
  readonly method: string
  readonly path: string
  readonly headers: OutgoingHttpHeaders
}) => ClientRequest

/**
 * What got is asked for. A class, because got describes a plain object property by property before it copies it. got's own
 * forty options for Node are left aside, which copies them five times: what a request needs beside these is the pool's.
 */
class GotTrip {
  readonly method: string
  readonly request: () => ClientRequest

  constructor(method: string, request: () => ClientRequest) {
    this.method = method
    this.request = request
  }
}

class GotUpload extends GotTrip {
  readonly allowGetBody = true
  readonly body: Exclude<Payload, undefined>

  constructor(method: string, request: () => ClientRequest, body: Exclude<Payload, undefined>) {
    super(method, request)
    this.body = body
  }
}

class GotPool implements Pool {
  readonly live = new Set<GotExchange>()
  readonly agent: Agent
  readonly got: Got
  readonly request: Send
  readonly #dialer: Dialer

  constructor(got: Got, agent: Agent, dialer: Dialer, request: Send) {
    this.got = got
    this.agent = agent
    this.#dialer = dialer
    this.request = request
  }

  get idle(): boolean {
    return this.live.size === 0
  }

  async close(): Promise<void> {
    for (const exchange of this.live) exchange.lose()
    this.agent.destroy()
    this.#dialer.close()
  }
}

class GotExchange extends Exchange {
  readonly #pool: GotPool
  #stream: GotStream | undefined = undefined
  #request: ClientRequest | undefined = undefined
  /** How far a connection had come that was never handed over. */
  #stage: Phase = 'connect'

  constructor(call: Call<any>, pool: GotPool) {
    super(call, 'got')
    this.#pool = pool
  }

  protected dispatch({ path, headers }: WireRequest, payload: Payload): void {
    const { call } = this
    const pool = this.#pool
    pool.live.add(this)
    const { method } = call
    // the path as it is, not as a URL would have it; and what is secret goes past got
    const request = () => (this.#request = this.#watched(pool.request({ method, path, headers: byName(headers) })))
    const trip = payload === undefined ? new GotTrip(method, request) : new GotUpload(method, request, payload)
    const stream = (this.#stream = pool.got.stream(call.origin, trip))
    stream.once('response', (message: IncomingMessage) => this.#answered(message))
    stream.on('error', (error: Error) => this.#broke(error))
    // nobody asked for another protocol, and got would wait for ever
    stream.once('upgrade', (_: IncomingMessage, socket: Socket) => {
      socket.destroy()
      this.broke(upgraded)
      this.abort()
    })
    if (payload === undefined && call.method !== 'GET' && call.method !== 'HEAD') stream.end()
  }

  #watched(request: ClientRequest): ClientRequest {
    const { timeline } = this
    if (timeline === undefined) return request
    request.once('socket', (socket: Socket) => {
      const dial = dialOf(socket)
      dial?.whenReady(() => timeline.begin(dial.connection))
    })
    return request.once('finish', () => timeline.sent())
  }

  #answered(message: IncomingMessage): void {
    this.#reuse()
    this.answer(message.statusCode!, replyHeaders(message.rawHeaders))
    const stream = this.#stream!
    stream.on('data', (piece: Uint8Array) => this.data(piece)).once('end', () => this.finish())
  }

  #reuse(): void {
    if (this.#request?.socket) this.reusedSocket = this.#request.reusedSocket
  }

  #broke(error: Error): void {
    this.#reuse()
    const socket = this.#request?.socket
    const fault = socket ? dialOf(socket)?.fault : undefined
    if (!socket) this.#stage = stageOf(error.cause instanceof Error ? error.cause : error) ?? 'connect'
    this.broke(fault ?? error, fault !== undefined)
  }

  protected progress(): Reached {
    this.#reuse()
    const request = this.#request
    const stage = request?.socket ? (dialOf(request.socket)?.stage ?? 'connect') : this.#stage
    if (stage !== 'ready') return { phase: stage, sent: 'none' }
    if (request!.writableFinished) return { phase: 'wait', sent: 'all' }
    return { phase: 'send', sent: this.upload !== undefined && this.upload.bytes === 0 ? 'headers' : 'part' }
  }

  protected get connection(): Connection | undefined {
    const socket = this.#request?.socket
    return socket ? dialOf(socket)?.connection : undefined
  }

  /** got keeps a copy of bytes, to tell after a redirect whether they were changed. */
  protected override get copies(): boolean {
    return true
  }

  /** got reads a body at once. */
  ready(): Promise<void> {
    return new Promise((resolve) => {
      const wait = (socket: Socket) => dialOf(socket)?.whenReady(resolve)
      const socket = this.#request!.socket
      if (socket) wait(socket)
      else this.#request!.once('socket', wait)
    })
  }

  flushed(): boolean {
    return this.#request?.socket?.writableLength === 0
  }

  /** The pool is closed under it. */
  lose(): void {
    this.broke(closed)
    this.abort()
  }

  protected abort(): void {
    this.#stream?.destroy()
  }

  protected pause(): void {
    this.#stream?.pause()
  }

  protected resume(): void {
    if (this.#stream?.isPaused() === true) this.#stream.resume()
  }

  override end(): void {
    super.end()
    this.#pool.live.delete(this)
  }
}

const upgraded = Object.assign(new Error('The server changed the protocol'), { code: 'HPE_UNEXPECTED_UPGRADE' })

/** As Node takes them beside a host of its own. */
function byName(headers: WireRequest['headers']): OutgoingHttpHeaders {
  const named: Record<string, string | readonly string[]> = {}
  for (let at = 0; at < headers.length; at += 2) named[headers[at] as string] = headers[at + 1]!
  return named as OutgoingHttpHeaders
}

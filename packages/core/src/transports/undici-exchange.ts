import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import type { Call } from '../call.ts'
import type { Connection } from '../recorder/connection.ts'
import { Exchange, type Payload, type Reached } from './exchange.ts'
import type { Lane, Passenger } from './lane.ts'
import type { Pool } from './pools.ts'
import type { WireRequest } from './wire-request.ts'

/** The connections to one origin. */
export type Carriers = Pool & {
  dispatch(options: Dispatcher.DispatchOptions, passenger: Passenger): void
  /** One who waited for a connection has gone. */
  left(): void
}

/** undici wants an error to abort with; nobody sees it. */
const gone = new Error('The call is over')

/** One trip, as undici tells of it. */
export class UndiciExchange extends Exchange implements Passenger {
  #lane: Lane | undefined = undefined
  readonly #pool: Carriers
  #controller: Dispatcher.DispatchController | undefined = undefined
  #sent = false

  constructor(call: Call<any>, pool: Carriers) {
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
    const socket: (Socket & { readonly alpnProtocol?: unknown }) | undefined = this.#lane?.dial?.socket
    // an HTTP/2 session holds pieces itself, until the server has room for them
    return socket?.writableLength === 0 && socket.alpnProtocol !== 'h2'
  }

  protected abort(): void {
    if (this.#controller !== undefined) this.#controller.abort(gone)
    else if (this.#lane !== undefined) this.#lane.giveUp()
    else this.#pool.left()
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
    this.#lane?.arrived()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const fault = this.#lane?.dial?.fault
    this.broke(fault ?? error, fault !== undefined)
    this.#lane?.arrived()
  }
}

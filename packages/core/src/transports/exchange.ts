import { bodyLength } from '../body.ts'
import type { Call } from '../call.ts'
import { PenstockError } from '../errors.ts'
import type { ReplyHeaders } from '../headers.ts'
import { Failure, type Outcome, type Phase, type Sent } from '../outcome.ts'
import type { Connection } from '../recorder/connection.ts'
import type { Timeline } from '../recorder/timeline.ts'
import { Reply } from '../reply.ts'
import { Intake } from './intake.ts'
import { proxyAuth } from './tunnel.ts'
import { onePiece, sliced, type Streamed, Upload, type UploadSocket } from './upload.ts'
import { wireFault } from './wire-fault.ts'
import { headerLimit } from '../wire-options.ts'
import { type WireRequest, wireRequest } from './wire-request.ts'

/** What a library is given to send. */
export type Payload = string | Uint8Array | Upload | undefined

/** How far a trip has come. */
export type Reached = { readonly phase: Phase; readonly sent: Sent }

/**
 * One trip, from dispatch to the last byte of the body: the wait, the handler of the wire's events and the reply's body
 * in one object. A transport extends it by the four verbs of its library, `dispatch`, `abort`, `pause` and `resume`, and
 * by how far it has come; it reports through `answer`, `data`, `finish` and `broke`.
 */
export abstract class Exchange extends Intake implements UploadSocket {
  /** Whether the socket had carried another request. Undefined before there is one. */
  reusedSocket: boolean | undefined = undefined
  protected upload: Upload | undefined = undefined
  protected answered = false
  /** Undefined when nothing is recorded. */
  protected readonly timeline: Timeline | undefined
  readonly #outcome: Promise<Outcome>
  readonly #resolve: (outcome: Outcome) => void
  readonly #reject: (bug: unknown) => void

  constructor(call: Call<any>, transport: string) {
    super(call, transport)
    this.timeline = call.ledger.trips.at(-1)?.timeline
    this.#outcome = new Promise(handOut)
    this.#resolve = resolveIt
    this.#reject = rejectIt
  }

  protected abstract dispatch(request: WireRequest, payload: Payload): void
  /** Asked before there is an answer. */
  protected abstract progress(): Reached
  /** The one it is on, or waits for. */
  protected abstract get connection(): Connection | undefined
  /** Whether the library copies bytes that it is given whole. */
  protected get copies(): boolean {
    return false
  }
  abstract ready(): Promise<void>
  abstract flushed(): boolean

  start(): Promise<Outcome> {
    const request = wireRequest(this.call, this.transport)
    if (!('path' in request)) return Promise.resolve(request)
    if (this.begin()) this.dispatch(request, this.#payload())
    return this.#outcome
  }

  #payload(): Payload {
    const { body } = this.call
    if (body.kind === 'none') return undefined
    const watched = this.call.options.onUpload !== undefined
    if (body.kind === 'bytes')
      return watched || (this.copies && body.bytes.length > onePiece) ? this.#stream(sliced(body.bytes)) : body.bytes
    if (body.kind === 'text') return watched ? this.#stream(sliced(Buffer.from(body.text))) : body.text
    return this.#stream(body)
  }

  #stream(body: Streamed): Upload {
    return (this.upload = new Upload(this.call, body, this, (failure) => this.cut(failure)))
  }

  protected answer(status: number, headers: ReplyHeaders): void {
    if (this.over) return
    const { proxy } = this.call.wire
    if (status === 407 && proxy !== undefined && this.call.origin.startsWith('http:')) {
      const { verdict, code, because } = proxyAuth(proxy.authorization !== undefined)
      return this.cut(new Failure(verdict, code, this.transport, because))
    }
    this.answered = true
    this.timeline?.answered(headers)
    if (this.call.method !== 'HEAD' && status !== 204 && status !== 304) this.expect(headers)
    this.#resolve(new Reply(status, headers, this, this.reusedSocket))
  }

  protected override data(piece: Uint8Array): void {
    this.timeline?.heard()
    super.data(piece)
  }

  /** The wire broke. What the library says of it stays here: it may hold what was sent. */
  protected broke(error: unknown, ofSocket = false): void {
    if (this.over) return
    const { phase, sent } = this.#reached()
    const failure = wireFault(
      this.transport,
      error,
      phase,
      sent,
      this.reusedSocket,
      ofSocket,
      headerLimit(this.call.wire),
    )
    if (failure !== undefined) return this.#fail(failure)
    this.close()
    this.#reject(unknownFault(this.transport, error))
  }

  /** Abort, deadline, close, a limit, a source that failed: the caller hears of it before the wire does. */
  protected stop(why: Failure): void {
    if (this.over) return
    const { phase, sent } = this.#reached()
    this.#fail(why.at(phase, sent, this.reusedSocket))
    this.abort()
  }

  #reached(): Reached {
    return this.answered ? received : this.progress()
  }

  #fail(failure: Failure): void {
    if (this.answered && this.timeline !== undefined) this.timeline.broken = failure
    this.close(failure)
    this.#resolve(failure)
  }

  override end(): void {
    super.end()
    this.upload?.close()
    const { timeline } = this
    if (timeline === undefined) return
    timeline.bytesReceived = this.encoded
    timeline.bytesSent = this.upload?.bytes ?? bodyLength(this.call.body) ?? 0
    timeline.end(this.connection)
  }
}

/** One executor for all exchanges: a closure for each would be as large as its promise. */
const handOut = (resolve: (outcome: Outcome) => void, reject: (bug: unknown) => void): void => {
  resolveIt = resolve
  rejectIt = reject
}
let resolveIt: (outcome: Outcome) => void
let rejectIt: (bug: unknown) => void

const received: Reached = { phase: 'receive', sent: 'all' }

/** Something else than the network: a bug, of ours or the library's. It is named, and not shown. */
function unknownFault(transport: string, error: unknown): PenstockError {
  const name = error instanceof Error ? error.constructor.name : typeof error
  return new PenstockError('TRANSPORT_FAULT', `${transport} failed in a way that is not known: ${name}`)
}

import type { Call } from '../call.ts'
import { type ReplyHeaders, header } from '../headers.ts'
import { Failure } from '../outcome.ts'
import type { ReplyBody } from '../reply.ts'
import { Wait } from '../wait.ts'
import { Decoder, encodingsOf, type Sink } from './decoder.ts'
import { tell } from './progress.ts'
import { Silence } from './silence.ts'

/** Bytes a body may run ahead of its reader. */
const ahead = 65_536
/** Decoded bytes below which no ratio is too large. */
const harmless = 1_048_576

const received = { phase: 'receive', sent: 'all' } as const

/**
 * The receiving half of a trip: the bytes of a body as they come, until somebody wants them whole, in pieces, or not at
 * all. It is itself the wait, so deadline, abort and limits hold until the last byte.
 */
export abstract class Intake extends Wait implements ReplyBody, Sink {
  /** Nothing more will come. */
  protected over = false
  protected readonly transport: string
  /** Bytes of the body that have come, as they came. */
  protected encoded = 0
  #failure: Failure | undefined = undefined
  #pieces: Uint8Array[] = none
  #held = 0
  #decoded = 0
  #total: number | undefined = undefined
  #decoder: Decoder | undefined = undefined
  #silence: Silence | undefined = undefined
  #wanted = false
  #streamed = false
  /** What is read, as soon as it is here. */
  #read: Uint8Array | Failure | undefined = undefined
  #reading: Promise<Uint8Array | Failure> | undefined = undefined
  #landed: ((read: Uint8Array | Failure) => void) | undefined = undefined
  #wake: (() => void) | undefined = undefined
  #tells: (() => void)[] | undefined = undefined

  constructor(call: Call<any>, transport: string) {
    super(call)
    this.transport = transport
  }

  /** Let go of the wire: what is left of the reply will not come. */
  protected abstract abort(): void
  protected abstract pause(): void
  protected abstract resume(): void

  /** The head has come, and a body may follow. */
  protected expect(headers: ReplyHeaders): void {
    const length = header(headers, 'content-length')
    if (length !== undefined) this.#total = Number(length)
    const { idle } = this.call.wire
    if (idle !== undefined) this.#silence = new Silence(this.call, idle, (why) => this.cut(why))
    const encoding = headers['content-encoding']
    if (encoding === undefined) return
    const encodings = encodingsOf(encoding)
    if (encodings === undefined) {
      // who asks for an encoding of their own decodes it
      if (this.call.headers['accept-encoding'] === undefined) this.#undecodable()
    } else if (encodings.length > 0) {
      this.#decoder = new Decoder(encodings, this, () => this.#flow())
    }
  }

  protected data(piece: Uint8Array): void {
    if (this.over) return
    this.encoded += piece.length
    this.#silence?.heard()
    const { onDownload } = this.call.options
    if (onDownload !== undefined) tell(onDownload, this.encoded, this.#total)
    if ((this.#decoder ?? this).take(piece)) return
    this.#silence?.hold()
    this.pause()
  }

  #flow(): void {
    this.#silence?.release()
    this.resume()
  }

  protected finish(): void {
    if (this.over) return
    this.#silence?.end()
    ;(this.#decoder ?? this).done()
  }

  // of the decoder

  done(): void {
    this.close()
  }

  take(piece: Uint8Array): boolean {
    if (this.over) return true
    this.#decoded += piece.length
    const { body = 67_108_864, ratio = 100 } = this.call.wire.limits ?? {}
    if (this.#decoded > body) this.#tooMuch('BODY_TOO_LARGE', `the body has more than ${body} bytes`)
    else if (this.#decoder !== undefined && this.#decoded > harmless && this.#decoded > ratio * this.encoded)
      this.#tooMuch('BODY_RATIO', `the body grows more than ${ratio} times in decoding`)
    if (this.over) return true
    if (this.#pieces === none) this.#pieces = [piece]
    else this.#pieces.push(piece)
    this.#held += piece.length
    this.#wake?.()
    return this.#wanted || this.#held <= ahead
  }

  fail(truncated: boolean): void {
    if (!truncated) return this.#undecodable()
    this.cut(new Failure('network', 'BODY_TRUNCATED', this.transport, 'the encoded body ends too early', received))
  }

  #undecodable(): void {
    this.cut(
      new Failure('server', 'BODY_ENCODING', this.transport, 'the body is not in the encoding it names', received),
    )
  }

  #tooMuch(code: string, because: string): void {
    this.cut(new Failure('size', code, this.transport, because, received))
  }

  /** All of the body is here; or, with a failure, no more of it will be. */
  protected close(failure?: Failure): void {
    if (this.over) return
    this.over = true
    this.end()
    this.#silence?.end()
    if (failure !== undefined) {
      this.#failure = failure
      this.#pieces = none
      this.#decoder?.close()
    }
    this.#landed?.(this.whole!)
    this.#wake?.()
    if (this.#tells !== undefined) for (const tell of this.#tells) tell()
  }

  // of the reply's body

  get whole(): Uint8Array | Failure | undefined {
    if (this.#read === undefined && this.over && !this.#streamed) this.#read = this.#joined()
    return this.#read
  }

  read(): Promise<Uint8Array | Failure> {
    return (this.#reading ??= this.#streamed
      ? Promise.resolve(this.#failure ?? discarded(this.transport, 'the body was read piece by piece'))
      : this.over
        ? Promise.resolve(this.whole!)
        : this.#waited())
  }

  #waited(): Promise<Uint8Array | Failure> {
    this.#wanted = true
    const whole = new Promise<Uint8Array | Failure>((resolve) => (this.#landed = resolve))
    this.#decoder?.resume()
    this.#flow()
    return whole
  }

  #joined(): Uint8Array | Failure {
    if (this.#failure !== undefined) return this.#failure
    const pieces = this.#pieces
    this.#pieces = none
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }

  async *pieces(): AsyncGenerator<Uint8Array, Failure | undefined> {
    if (this.#reading !== undefined || this.#read !== undefined || this.#streamed) {
      const whole = await this.read()
      if (whole instanceof Failure) return whole
      if (whole.length > 0) yield whole
      return undefined
    }
    this.#streamed = true
    try {
      for (;;) {
        const piece = this.#pieces.shift()
        if (piece !== undefined) {
          this.#held -= piece.length
          yield piece
        } else if (this.over) return this.#failure
        else await this.#more()
      }
    } finally {
      this.discard()
    }
  }

  /** Until another piece is here, or the end. */
  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      this.#decoder?.resume()
      this.#flow()
    })
    this.#wake = undefined
  }

  discard(): void {
    if (this.over) return
    this.close(discarded(this.transport, 'the body was discarded before it was read'))
    this.abort()
  }

  whenOver(tell: () => void): void {
    if (this.over) tell()
    else (this.#tells ??= []).push(tell)
  }
}

/** Shared as long as nothing has come, and never changed. */
const none: Uint8Array[] = []

const discarded = (transport: string, because: string) =>
  new Failure('refused', 'BODY_DISCARDED', transport, because, received)

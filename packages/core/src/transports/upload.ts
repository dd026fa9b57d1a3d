import type { Call } from '../call.ts'
import type { Body, Pieces } from '../body.ts'
import { Failure } from '../outcome.ts'
import { turn } from '../turn.ts'
import { tell } from './progress.ts'

/** What an upload must know of where it goes. */
export interface UploadSocket {
  /** When it may be written to: a source is not opened for a connection that is never made. */
  ready(): Promise<void>
  /** Whether it holds no piece any more, so that an encoder may use the memory again. */
  flushed(): boolean
}

/** A body that comes piece by piece. */
export type Streamed = Extract<Body, { open: unknown }>

/** The pieces of a streamed body on their way to a socket: counted, checked against the length, and closed with the trip. */
export class Upload implements AsyncIterable<Uint8Array> {
  bytes = 0
  readonly #call: Call<any>
  readonly #body: Streamed
  readonly #socket: UploadSocket
  readonly #broke: (failure: Failure) => void
  #source: Pieces | undefined = undefined
  #iterator: Iterator<Uint8Array> | AsyncIterator<Uint8Array> | undefined = undefined

  /**
   * @param broke told of a source that fails
   */
  constructor(call: Call<any>, body: Streamed, socket: UploadSocket, broke: (failure: Failure) => void) {
    this.#call = call
    this.#body = body
    this.#socket = socket
    this.#broke = broke
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    const { length } = this.#body
    const { onUpload } = this.#call.options
    await this.#socket.ready()
    let last: Uint8Array | undefined
    for (;;) {
      // however fast a socket takes them
      const turned = turn(last?.length ?? onePiece)
      if (turned !== undefined) await turned
      const piece = await this.#next(this.#socket.flushed() ? last : undefined)
      if (piece === undefined) break
      this.bytes += piece.length
      if (length !== undefined && this.bytes > length) throw this.#fail(`the body has more than its ${length} bytes`)
      yield piece
      if (onUpload !== undefined) tell(onUpload, this.bytes, length)
      last = piece
    }
    if (length !== undefined && this.bytes < length)
      throw this.#fail(`the body ended after ${this.bytes} of its ${length} bytes`)
  }

  async #next(spent: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    try {
      if (this.#iterator === undefined) {
        const source: Pieces = (this.#source = this.#body.open())
        this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
      }
      const next = await this.#iterator.next(...((spent === undefined ? [] : [spent]) as []))
      if (next.done === true) return undefined
      if (next.value instanceof Uint8Array) return next.value
    } catch (error) {
      throw this.#fail('the stream of the request body failed', error)
    }
    throw this.#fail('the stream of the request body gave something that is not bytes')
  }

  #fail(because: string, reason?: unknown): Error {
    this.#broke(new Failure('input', 'BODY_SOURCE', 'body', because, { reason }))
    return new Error(because)
  }

  /** The trip is over: let go of the source, read or not. Its own errors interest nobody any more. */
  close(): void {
    const source = this.#source
    if (source === undefined) return
    this.#source = undefined
    if ('destroy' in source && typeof source.destroy === 'function') return void source.destroy()
    try {
      Promise.resolve(this.#iterator?.return?.()).catch(() => {})
    } catch {
      // a generator that is running cannot be closed; it sees the end of its reader
    }
  }
}

/** Bytes in a piece of a body that is in memory. */
export const onePiece = 65_536

/** A body in memory, piece by piece and without a copy: for who wants to be told how far it has come, and for who would copy it. */
export function sliced(bytes: Uint8Array): Streamed {
  const { length } = bytes
  return {
    kind: 'factory',
    length,
    *open() {
      for (let at = 0; at < length; at += onePiece) yield bytes.subarray(at, at + onePiece)
    },
  }
}

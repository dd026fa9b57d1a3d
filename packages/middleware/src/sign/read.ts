import { createHash, type Hash } from 'node:crypto'
import { type Body, type Call, Failure, type Pieces, refused } from '@penstock/core'

export type BodyRead = { readonly digest?: Buffer; readonly bytes?: Uint8Array }

/**
 * Read a body before it is sent. One that can be read once is left alone, and the call refused: nothing of it would be left
 * to send.
 */
export async function read(call: Call, what: string, most: number, layer: string): Promise<BodyRead | Failure> {
  const { body } = call
  if (body.kind === 'once')
    return refused('BODY_UNSIGNABLE', layer, 'the signature needs a body that can be read once, and so can the wire')
  const taken: Taking = what === 'bytes' ? new Bytes(most, layer) : new Digest(createHash(what))
  if (body.kind !== 'factory') {
    taken.take(inMemory(body))
    return taken.done()
  }
  const source = new Source(body.open)
  const failure = await call.until(source.into(taken))
  if (failure === undefined) return taken.done()
  source.close()
  return failure
}

interface Taking {
  /** Whether a piece is held beyond `take`: one that is not goes back to its encoder, to be filled again. */
  readonly keeps: boolean
  /** A failure when it takes no more. */
  take(piece: Uint8Array): Failure | undefined
  done(): BodyRead | Failure
}

class Digest implements Taking {
  readonly keeps = false
  readonly #hash: Hash

  constructor(hash: Hash) {
    this.#hash = hash
  }

  take(piece: Uint8Array): undefined {
    this.#hash.update(piece)
  }

  done(): BodyRead {
    return { digest: this.#hash.digest() }
  }
}

class Bytes implements Taking {
  readonly keeps = true
  readonly #most: number
  readonly #layer: string
  readonly #pieces: Uint8Array[] = []
  #length = 0

  constructor(most: number, layer: string) {
    this.#most = most
    this.#layer = layer
  }

  take(piece: Uint8Array): Failure | undefined {
    this.#length += piece.length
    this.#pieces.push(piece)
    return this.#tooMany()
  }

  #tooMany(): Failure | undefined {
    if (this.#length <= this.#most) return undefined
    return refused(
      'BODY_UNSIGNABLE',
      this.#layer,
      `the body has more than the ${this.#most} bytes that are held to be signed`,
    )
  }

  done(): BodyRead | Failure {
    return this.#tooMany() ?? { bytes: Buffer.concat(this.#pieces) }
  }
}

const inMemory = (body: Exclude<Body, { open: unknown }>): Uint8Array =>
  body.kind === 'bytes' ? body.bytes : Buffer.from(body.kind === 'text' ? body.text : '')

/** A source that is read, and can be let go while it is silent. */
class Source {
  readonly #open: () => Pieces
  #pieces: Pieces | undefined = undefined
  #iterator: Iterator<Uint8Array> | AsyncIterator<Uint8Array> | undefined = undefined

  constructor(open: () => Pieces) {
    this.#open = open
  }

  async into(taken: Taking): Promise<Failure | undefined> {
    try {
      const pieces = (this.#pieces = this.#open())
      const iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]()
      this.#iterator = iterator
      for (let next = await iterator.next(); next.done !== true;) {
        const full = taken.take(next.value)
        if (full !== undefined) return full
        next = await iterator.next(...((taken.keeps ? [] : [next.value]) as []))
      }
      return undefined
    } catch (reason) {
      return new Failure('input', 'BODY_SOURCE', 'body', 'the stream of the request body failed', { reason })
    }
  }

  close(): void {
    const pieces = this.#pieces
    if (pieces !== undefined && 'destroy' in pieces && typeof pieces.destroy === 'function')
      return void pieces.destroy()
    try {
      Promise.resolve(this.#iterator?.return?.()).catch(() => {})
    } catch {
      // a generator that is running sees the end of its reader
    }
  }
}

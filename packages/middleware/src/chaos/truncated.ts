import { Failure, type ReplyBody } from '@penstock/core'

/** A body that breaks off after so many bytes, or at its end if it has fewer. */
export class Truncated implements ReplyBody {
  readonly #body: ReplyBody
  readonly #bytes: number
  readonly #failure: Failure
  #read: Promise<Failure> | undefined = undefined

  /** @param layer who says so */
  constructor(body: ReplyBody, bytes: number, layer: string) {
    this.#body = body
    this.#bytes = bytes
    const because = `the body breaks off after ${bytes} bytes`
    this.#failure = new Failure('network', 'BODY_TRUNCATED', layer, because, { phase: 'receive', sent: 'all' })
  }

  read(): Promise<Failure> {
    return (this.#read ??= this.#drained())
  }

  async *pieces(): AsyncGenerator<Uint8Array, Failure> {
    const pieces = this.#body.pieces()
    let left = this.#bytes
    try {
      while (left > 0) {
        const { done, value } = await pieces.next()
        if (done) return value ?? this.#failure
        yield value.subarray(0, left)
        left -= value.length
      }
      return this.#failure
    } finally {
      // a reader that leaves early has been told nothing
      await pieces.return(undefined)
      this.#body.discard()
    }
  }

  discard(): void {
    this.#body.discard()
  }

  whenOver(tell: () => void): void {
    this.#body.whenOver(tell)
  }

  async #drained(): Promise<Failure> {
    const pieces = this.pieces()
    for (;;) {
      const { done, value } = await pieces.next()
      if (done) return value
    }
  }
}

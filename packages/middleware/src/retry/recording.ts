import type { Body } from '@penstock/core'

/** A body that can be opened one time. */
export type Once = Extract<Body, { readonly kind: 'once' }>

/**
 * A body from a stream, kept while it is sent: opened again it gives what was read so far, then the rest of the stream.
 * When it has become longer than `buffer` bytes it is kept no more, and cannot be opened again.
 */
export class Recording implements Once {
  readonly kind = 'once'
  readonly length: number | undefined
  readonly #buffer: number
  readonly #given: Once
  #source: AsyncIterable<Uint8Array> | undefined = undefined
  #iterator: AsyncIterator<Uint8Array> | undefined = undefined
  #pieces: Uint8Array[] = []
  #bytes = 0
  #ended = false
  #pulling: Promise<void> | undefined = undefined
  /** The reader that was opened last: only it may read. */
  #reader = 0

  constructor(given: Once, buffer: number) {
    this.length = given.length
    this.#given = given
    this.#buffer = buffer
  }

  get spent(): boolean {
    return this.#source === undefined ? this.#given.spent : this.#tooLong
  }

  get #tooLong(): boolean {
    return Math.max(this.#bytes, this.length ?? 0) > this.#buffer
  }

  open(): AsyncIterable<Uint8Array> {
    if (this.spent)
      throw new TypeError('A body that can be read once was opened twice: a repeater must ask canSend(body)')
    this.#source ??= this.#given.open()
    this.#iterator ??= this.#source[Symbol.asyncIterator]()
    return this.#read(++this.#reader)
  }

  async *#read(reader: number): AsyncGenerator<Uint8Array> {
    let at = 0
    while (true) {
      // a body that just ended here would pass for a whole one
      if (reader !== this.#reader) throw new Error('The body was opened again: an earlier attempt still reads it')
      if (at < this.#pieces.length) {
        yield this.#pieces[at++]!
        if (!this.#tooLong || reader !== this.#reader) continue
        this.#pieces.splice(0, at)
        at = 0
      } else if (this.#ended) return
      else await (this.#pulling ??= this.#pull())
    }
  }

  /** One piece more. A source that failed stays failed: each attempt fails where it did. */
  async #pull(): Promise<void> {
    const { done, value } = await this.#iterator!.next()
    this.#pulling = undefined
    if (done) {
      this.#ended = true
      return
    }
    this.#bytes += value.length
    this.#pieces.push(value)
  }

  /** Nobody will read any more: let go of the source, read or not. */
  close(): void {
    this.#reader = -1
    this.#pieces = []
    if (this.#ended || (this.#source === undefined && this.#given.spent)) return
    const source: AsyncIterable<Uint8Array> & { destroy?: () => void } = (this.#source ??= this.#given.open())
    // a Node stream that is waited for does not hear its iterator's return()
    source.destroy?.()
    void (this.#iterator ?? source[Symbol.asyncIterator]()).return?.().catch(() => {})
  }
}

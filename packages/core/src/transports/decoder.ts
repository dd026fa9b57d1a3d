import type { Transform } from 'node:stream'

/** Where decoded bytes go. `take` gives false to be spared more until {@link Decoder.resume}. */
export interface Sink {
  take(piece: Uint8Array): boolean
  done(): void
  /** The bytes are not what their encoding promises, or end too early. */
  fail(truncated: boolean): void
}

/** How a body is encoded, outermost last; undefined if there is an encoding we do not know. */
export function encodingsOf(header: string | readonly string[] | undefined): readonly string[] | undefined {
  if (header === undefined) return none
  const names = String(header)
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  return names.length <= 5 && names.every((name) => Object.hasOwn(decoders, name)) ? names : undefined
}

const none: readonly string[] = []

// loaded for the first body that is compressed
const zlib = () => process.getBuiltinModule('node:zlib')

const decoders: Readonly<Record<string, (first: number) => Transform>> = {
  gzip: () => zlib().createGunzip(),
  'x-gzip': () => zlib().createGunzip(),
  // by the standard it is wrapped in zlib's frame, and some servers send it bare
  deflate: (first) => ((first & 0x0f) === 8 ? zlib().createInflate() : zlib().createInflateRaw()),
  br: () => zlib().createBrotliDecompress(),
  zstd: () => zlib().createZstdDecompress(),
}

/** Decoders in a row, the first for the encoding that was put on last. */
export class Decoder {
  readonly #stages: Stage[] = []

  /** @param more called when it takes more, after a `take` that gave false */
  constructor(encodings: readonly string[], sink: Sink, more: () => void) {
    let next = sink
    for (const name of encodings) {
      const before: Stage[] = this.#stages
      const stage = new Stage(decoders[name]!, next, () => (before[before.indexOf(stage) - 1]?.resume ?? more)())
      before.unshift(stage)
      next = stage
    }
  }

  take(piece: Uint8Array): boolean {
    return this.#stages[0]!.take(piece)
  }

  done(): void {
    this.#stages[0]!.done()
  }

  resume(): void {
    this.#stages.at(-1)!.resume()
  }

  close(): void {
    for (const stage of this.#stages) stage.close()
  }
}

/** One decoder, made by the first byte it gets: an empty body is no broken one. */
class Stage implements Sink {
  readonly #make: (first: number) => Transform
  readonly #next: Sink
  readonly #more: () => void
  #stream: Transform | undefined = undefined

  constructor(make: (first: number) => Transform, next: Sink, more: () => void) {
    this.#make = make
    this.#next = next
    this.#more = more
  }

  take(piece: Uint8Array): boolean {
    if (piece.length === 0) return true
    return (this.#stream ??= this.#open(piece[0]!)).write(piece)
  }

  #open(first: number): Transform {
    const stream = this.#make(first)
    return stream
      .on('data', (piece: Uint8Array) => {
        if (!this.#next.take(piece)) stream.pause()
      })
      .on('drain', this.#more)
      .on('end', () => this.#next.done())
      .on('error', (error: Error & { code?: string }) => this.fail(isTruncation(error)))
  }

  done(): void {
    if (this.#stream === undefined) this.#next.done()
    else this.#stream.end()
  }

  fail(truncated: boolean): void {
    this.#next.fail(truncated)
  }

  resume = (): void => {
    this.#stream?.resume()
  }

  close(): void {
    this.#stream?.destroy()
  }
}

const isTruncation = ({ code, message }: Error & { code?: string }) =>
  code === 'Z_BUF_ERROR' || /unexpected end/i.test(message)

import type { Body, Pieces } from '../body.ts'
import { InputError } from '../errors.ts'
import type { Encoded } from './encoded.ts'
import { pairs } from './pairs.ts'
import { type Scalar, scalar } from './scalar.ts'
import { pieceSize } from './segment.ts'

/** A file, from memory or opened anew for every attempt. `filename` is 'blob' and `contentType` octets unless given. */
export type FilePart = { readonly filename?: string; readonly contentType?: string } & (
  | { readonly bytes: Uint8Array }
  | { readonly open: () => Pieces; readonly length?: number }
)

type OnePart = Scalar | Uint8Array | FilePart | null | undefined

/** Bare bytes are a file. What is undefined or null is left out; a list repeats its name. */
export type Part = OnePart | readonly OnePart[]

type Stretch = {
  readonly name: string
  readonly length: number | undefined
  readonly open: () => Pieces
  readonly bytes?: Uint8Array
}

/**
 * `multipart/form-data` (RFC 7578). The length is known unless a part's is not. Below 64 KiB of parts from memory it is
 * bytes, else a recipe. Whoever calls makes sure that `boundary` stands in no part: 16 random characters do.
 *
 * @throws InputError `REQUEST_INVALID` for a part that is none, and for a boundary or media type that breaks its header
 */
export function multipart(
  parts: Readonly<Record<string, Part>> | readonly (readonly [string, Part])[],
  boundary: string,
): Encoded {
  if (!/^[\w'+.-]{1,70}$/.test(boundary)) throw invalid("the boundary is not 1 to 70 letters, digits or _ ' + . -")
  const stretches: Stretch[] = []
  let text = ''
  for (const [name, part] of pairs(parts)) {
    text += `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`
    const file = fileOf(part)
    if (file === undefined) text += `\r\n\r\n${scalar(name, part)}\r\n`
    else {
      text += `; filename="${quoted(file.filename ?? 'blob')}"\r\nContent-Type: ${mediaType(name, file)}\r\n\r\n`
      stretches.push(memory(name, Buffer.from(text)), 'open' in file ? opened(name, file) : memory(name, file.bytes))
      text = '\r\n'
    }
  }
  stretches.push(memory('', Buffer.from(`${text}--${boundary}--\r\n`)))
  return { body: bodyOf(stretches), contentType: `multipart/form-data; boundary=${boundary}` }
}

function fileOf(part: unknown): FilePart | undefined {
  if (part instanceof Uint8Array) return { bytes: part }
  const { bytes, open } = part as { readonly bytes?: unknown; readonly open?: unknown }
  return bytes instanceof Uint8Array || typeof open === 'function' ? (part as FilePart) : undefined
}

const memory = (name: string, bytes: Uint8Array): Stretch => ({
  name,
  bytes,
  length: bytes.length,
  open: () => slices(bytes),
})

const opened = (name: string, { open, length }: FilePart & { open: () => Pieces; length?: number }): Stretch => ({
  name,
  open,
  length,
})

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize)
}

function bodyOf(stretches: readonly Stretch[]): Body {
  const length = stretches.reduce<number | undefined>(
    (sum, { length }) => (sum === undefined || length === undefined ? undefined : sum + length),
    0,
  )
  const bytes = stretches.flatMap((stretch) => stretch.bytes ?? [])
  if (bytes.length === stretches.length && length! < pieceSize) return { kind: 'bytes', bytes: Buffer.concat(bytes) }
  return { kind: 'factory', length, open: () => pieces(stretches) }
}

/** @throws TypeError rather than let through more, or end with less, than a part promised */
async function* pieces(stretches: readonly Stretch[]): AsyncGenerator<Uint8Array> {
  for (const { name, length, open } of stretches) {
    let given = 0
    for await (const piece of open()) {
      given += piece.length
      if (given > (length ?? Infinity)) break
      yield piece
    }
    if (length !== undefined && given !== length)
      throw new TypeError(
        `The part "${name}" was to be ${length} bytes long, and gave ${given > length ? 'more' : given}`,
      )
  }
}

function mediaType(name: string, { contentType = 'application/octet-stream' }: FilePart): string {
  if (!/^[\x20-\x7e]+$/.test(contentType)) throw invalid(`the contentType of the part "${name}" is not plain text`)
  return contentType
}

/** As browsers write names: a quote or a line break must not end the header. */
const quoted = (text: string) => text.replace(/["\r\n]/g, encodeURIComponent)

const invalid = (because: string) => new InputError('REQUEST_INVALID', `The request cannot be sent: ${because}`)

/**
 * What is to be sent, as a recipe. Everything but `once` can be opened again; only a transport opens one.
 * `length` is exact, and becomes the Content-Length; without it the body is sent in chunks.
 */
export type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'factory'; readonly open: () => Pieces; readonly length: number | undefined }
  | {
      readonly kind: 'once'
      readonly open: () => AsyncIterable<Uint8Array>
      readonly length: number | undefined
      readonly spent: boolean
    }

export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export const noBody: Body = Object.freeze({ kind: 'none' })

/** A body from a stream that can be read one time. */
export function onceBody(stream: AsyncIterable<Uint8Array>, length?: number): Body {
  let spent = false
  return {
    kind: 'once',
    length,
    get spent() {
      return spent
    },
    open() {
      if (spent) throw new TypeError('A body that can be read once was opened twice: a repeater must ask canSend(body)')
      spent = true
      return stream
    },
  }
}

/** False when a body that can be sent once has been sent. */
export const canSend = (body: Body): boolean => body.kind !== 'once' || !body.spent

/** Bytes that will be sent; undefined when nobody knows before they are. */
export function bodyLength(body: Body): number | undefined {
  if (body.kind === 'none') return 0
  if (body.kind === 'bytes') return body.bytes.length
  return body.kind === 'text' ? Buffer.byteLength(body.text) : body.length
}

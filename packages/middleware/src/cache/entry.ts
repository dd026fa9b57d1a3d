import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { bytesBody, Reply, type ReplyHeaders } from '@penstock/core'

/** An answer that is kept. */
export type Entry = {
  /** Since 1970, by the wall clock. */
  readonly storedAt: number
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body: Uint8Array
}

/** What tells how to read a body, and of what state it is. No other header is kept: cookies and challenges are not for later. */
const worthKeeping = ['content-disposition', 'content-language', 'content-type', 'date', 'etag', 'last-modified', 'link']

export function entryOf({ status, headers }: Reply, body: Uint8Array, storedAt: number): Entry {
  const kept = worthKeeping.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]))
  return { storedAt, status, headers: Object.fromEntries(kept), body }
}

/** A kept answer as a reply; it was a good one, or it would not have been kept. */
export const replyOf = ({ status, headers, body }: Entry): Reply =>
  new Reply(status, headers, bytesBody(body), undefined, { verdict: 'ok' })

/** One JSON object, and in it a digest of the rest. A body that is text stands there as text. */
export function sealed({ storedAt, status, headers, body }: Entry): Uint8Array {
  const view = Buffer.from(body.buffer, body.byteOffset, body.length)
  const encoding = isUtf8(view) ? 'utf8' : 'base64'
  const inner = JSON.stringify([storedAt, status, headers, encoding, view.toString(encoding)])
  return Buffer.from(JSON.stringify({ penstock: 1, sha256: digest(inner), ...named(JSON.parse(inner)) }))
}

/** @throws when it is not whole, or something else */
export function opened(bytes: Uint8Array): Entry {
  const { sha256, storedAt, status, headers, encoding, body } = JSON.parse(Buffer.from(bytes).toString()) as Sealed
  if (sha256 !== digest(JSON.stringify([storedAt, status, headers, encoding, body])))
    throw new TypeError('The entry is corrupt')
  return { storedAt, status, headers, body: Buffer.from(body, encoding) }
}

type Inner = readonly [number, number, ReplyHeaders, 'utf8' | 'base64', string]

type Sealed = ReturnType<typeof named> & { readonly sha256: string }

const named = ([storedAt, status, headers, encoding, body]: Inner) => ({ storedAt, status, headers, encoding, body })

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

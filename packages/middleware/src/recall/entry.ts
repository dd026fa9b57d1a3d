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
  /** What a layer keeps beside it: plain data. */
  readonly about?: unknown
}

/** What tells how to read a body, and of what state it is. No other header is kept: cookies and challenges are not for later. */
const worthKeeping = [
  'content-disposition',
  'content-language',
  'content-range',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'link',
]

export function entryOf({ status, headers }: Reply, body: Uint8Array, storedAt: number): Entry {
  const kept = worthKeeping.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]))
  return { storedAt, status, headers: Object.fromEntries(kept), body }
}

/** A kept answer as a reply; it was a good one, or it would not have been kept. */
export const replyOf = ({ status, headers, body }: Entry): Reply =>
  new Reply(status, headers, bytesBody(body), undefined, { verdict: 'ok' })

/** One JSON object, for eyes too: a body that is text stands in it as text. `sha256` is that of the list of the others. */
export function sealed({ storedAt, status, headers, body, about }: Entry): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  const kept = isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString('base64') }
  const fields = { storedAt, status, headers, ...kept, ...(about !== undefined && { about }) }
  return Buffer.from(JSON.stringify({ penstock: 1, sha256: digest(fields), ...fields }))
}

/** @throws when it is not whole, or something else */
export function opened(bytes: Uint8Array): Entry {
  const { penstock, sha256, ...fields } = JSON.parse(Buffer.from(bytes).toString()) as Sealed
  if (penstock !== 1 || sha256 !== digest(fields)) throw new TypeError('The entry is corrupt')
  const { storedAt, status, headers, text, base64, about } = fields
  const body = base64 === undefined ? Buffer.from(text!) : Buffer.from(base64, 'base64')
  return { storedAt, status, headers, body, ...(about !== undefined && { about }) }
}

type Fields = Omit<Entry, 'body'> & { readonly text?: string; readonly base64?: string }

type Sealed = Fields & { readonly penstock: 1; readonly sha256: string }

const digest = ({ storedAt, status, headers, text, base64, about }: Fields) =>
  createHash('sha256')
    .update(JSON.stringify([storedAt, status, headers, text, base64, ...(about === undefined ? [] : [about])]))
    .digest('hex')

import { createHash } from 'node:crypto'
import { type Body, type Call, plainWire, Secret } from '@penstock/core'

/** They name a call, and do not change what it asks for. */
const naming = new Set(['baggage', 'traceparent', 'tracestate', 'x-correlation-id', 'x-request-id'])

/**
 * One digest of all that an answer hangs on: method, address, endpoint, headers, what outer layers gave, and the body as it
 * is sent. Secrets go in revealed and cannot be read back. Undefined when something of the call cannot be told: a body
 * that only a stream knows, wire options of its own, a gift that is neither text nor number nor secret.
 *
 * A body that is encoded anew for every attempt is encoded here once more, out of one block of memory.
 */
export function callKey(call: Call<any>, algorithm: 'sha256' | 'md5' = 'sha256'): string | undefined {
  if (call.wire !== plainWire) return undefined
  const pieces = piecesOf(call.body)
  const context = told(Object.entries(call.context as Readonly<Record<string, unknown>>))
  if (pieces === undefined || context === undefined) return undefined
  const { method, origin, path, endpoint } = call
  const headers = Object.entries(call.headers).filter(([name]) => !naming.has(name))
  const hash = createHash(algorithm)
  // a JSON list ends where it ends: no head and body run into each other
  hash.update(JSON.stringify([method, origin, path, endpoint?.id, told(call.secretQuery), told(headers), context]))
  for (let next = pieces.next(); !next.done;) {
    hash.update(next.value)
    // handed back: its memory is filled again
    next = pieces.next(next.value)
  }
  return hash.digest('hex')
}

/** In the order of their names; undefined when one of them has no text. */
function told(pairs: readonly (readonly [name: string, value: unknown])[]) {
  const texts = pairs.map(
    ([name, value]) => [name, value instanceof Secret ? ['secret', value.reveal()] : value] as const,
  )
  if (texts.some(([, value]) => !plain(value))) return undefined
  return texts.toSorted(([one], [other]) => (one < other ? -1 : 1))
}

const plain = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(plain) : value === undefined || value === null || (typeof value) in plainTypes

const plainTypes = { string: true, number: true, boolean: true }

function piecesOf(body: Body): Iterator<string | Uint8Array, unknown> | undefined {
  if (body.kind === 'none') return [].values()
  if (body.kind === 'text') return [body.text].values()
  if (body.kind === 'bytes') return [body.bytes].values()
  // nobody but an encoder of ours knows the length: the others open files and streams
  if (body.kind === 'once' || body.length === undefined) return undefined
  const opened = body.open()
  if (Symbol.iterator in opened) return opened[Symbol.iterator]()
  void opened[Symbol.asyncIterator]()
    .return?.()
    .catch(() => {})
  return undefined
}

import { type Body, noBody, onceBody } from '../body.ts'
import type { Chance } from '../clock.ts'
import { boundary } from '../encode/boundary.ts'
import { multipart, type Part } from '../encode/multipart.ts'

export type ForeignBody = { readonly body: Body; readonly contentType?: string | undefined }

/**
 * Whatever a library hands over as a body, as a recipe and the type that goes with it by the fetch standard. All can be
 * sent again but streams and iterables.
 */
export function foreignBody(given: unknown, chance: Chance): ForeignBody {
  if (given === null || given === undefined) return { body: noBody }
  if (typeof given === 'string') return { body: { kind: 'text', text: given }, contentType: 'text/plain;charset=UTF-8' }
  if (given instanceof URLSearchParams)
    return {
      body: { kind: 'text', text: String(given) },
      contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
    }
  // copies: the caller may write into them as soon as he has called
  if (ArrayBuffer.isView(given))
    return { body: { kind: 'bytes', bytes: new Uint8Array(given.buffer, given.byteOffset, given.byteLength).slice() } }
  if (given instanceof ArrayBuffer || given instanceof SharedArrayBuffer)
    return { body: { kind: 'bytes', bytes: new Uint8Array(given).slice() } }
  if (given instanceof Blob)
    return {
      body: { kind: 'factory', open: () => given.stream(), length: given.size },
      contentType: given.type || undefined,
    }
  if (given instanceof FormData) return multipart([...given].map(part), boundary(chance))
  if (isIterable(given)) return { body: onceBody(given) }
  // oxlint-disable-next-line no-base-to-string -- as fetch does
  return { body: { kind: 'text', text: String(given) }, contentType: 'text/plain;charset=UTF-8' }
}

function part([name, value]: [string, string | File]): readonly [string, Part] {
  if (typeof value === 'string') return [name, value.replace(/\r\n|\r|\n/g, '\r\n')]
  const { size, type } = value
  return [
    name,
    { filename: value.name, length: size, open: () => value.stream(), contentType: type || 'application/octet-stream' },
  ]
}

const isIterable = (value: unknown): value is AsyncIterable<Uint8Array> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

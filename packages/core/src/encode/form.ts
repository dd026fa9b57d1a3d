import type { Encoded } from './encoded.ts'
import { escapedBase64Segment } from './escaped-base64-segment.ts'
import { pairs } from './pairs.ts'
import { percentEncoded } from './percent-encoded.ts'
import { type Scalar, scalar } from './scalar.ts'
import type { Segment } from './segment.ts'
import { sizedBody } from './sized-body.ts'
import { textSegment } from './text-segment.ts'

type OneValue = Scalar | Uint8Array | null | undefined

/** Bytes are sent as base64. What is undefined or null is left out; a list repeats its name. */
export type FormValue = OneValue | readonly OneValue[]

/**
 * `application/x-www-form-urlencoded`, a space as `%20`. From 64 KiB on the body is a recipe of known length that encodes
 * in pieces of at most 64 KiB, anew for every attempt; bytes that were handed in must stay as they are until then.
 *
 * @throws InputError `REQUEST_INVALID` naming a field that has no text
 */
export function form(fields: Readonly<Record<string, FormValue>>): Encoded {
  const segments: Segment[] = []
  let text = ''
  for (const [name, value] of pairs(fields)) {
    const label = `${percentEncoded(name)}=`
    if (value instanceof Uint8Array) {
      segments.push(textSegment(text + label), escapedBase64Segment(value))
      text = '&'
    } else text += `${label}${percentEncoded(scalar(name, value))}&`
  }
  return {
    body: sizedBody([...segments, textSegment(text.slice(0, -1))]),
    contentType: 'application/x-www-form-urlencoded',
  }
}

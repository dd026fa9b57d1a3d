/** Ways to make a form of an image: each makes the whole body of the raw bytes, and hands it on piece by piece. */
import { createRequire } from 'node:module'
import querystring from 'node:querystring'
import { escapedBase64Segment } from '../../../packages/core/src/encode/escaped-base64-segment.ts'
import { form } from '../../../packages/core/src/encode/form.ts'
import { whole } from '../../../packages/core/src/encode/sized-body.ts'
import { textSegment } from '../../../packages/core/src/encode/text-segment.ts'

export type Way = (image: Buffer, take: (piece: Uint8Array) => void) => void

const require = createRequire(import.meta.url)
const requireOfRequest = createRequire(createRequire(require.resolve('baidu-aip-sdk')).resolve('request'))
const qs = requireOfRequest('qs') as { stringify(value: object): string }

const base64 = (image: Buffer) => image.toString('base64')
const text =
  (encode: (image: string) => string): Way =>
  (image, take) =>
    take(Buffer.from(encode(base64(image))))

/** A piece that was taken is handed back, and filled again: as the transports do. */
export function streamed(image: Buffer, take: (piece: Uint8Array) => void): void {
  const { body } = form({ image })
  if (body.kind !== 'factory') throw new TypeError('a large form is a recipe')
  const pieces = body.open() as Generator<Uint8Array, void, Uint8Array | undefined>
  for (let next = pieces.next(); !next.done; next = pieces.next(next.value)) take(next.value)
}

export const buffered = (image: Buffer) =>
  whole([textSegment('image='), escapedBase64Segment(image)]) as Buffer<ArrayBuffer>

export const baiduWay = 'qs.stringify, as baidu-aip-sdk does'

export const ways: Readonly<Record<string, Way>> = {
  'penstock, streamed': streamed,
  'penstock, buffered': (image, take) => take(buffered(image)),
  encodeURIComponent: text((image) => `image=${encodeURIComponent(image)}`),
  URLSearchParams: text((image) => new URLSearchParams({ image }).toString()),
  'querystring.stringify': text((image) => querystring.stringify({ image })),
  [baiduWay]: text((image) => qs.stringify({ image })),
}

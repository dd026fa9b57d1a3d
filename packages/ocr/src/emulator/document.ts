import { imageSize } from '../image/image-size.ts'
import type { ImageLimits } from '../descriptor.ts'
import type { Picture } from './engine.ts'
import { fetchPicture } from './fetch-picture.ts'
import type { Form } from './form.ts'

/** The picture that a request carries, or the code that refuses it, in the vendor's order: image, url, pdf, ofd. */
export const document = async (form: Form, limits: ImageLimits): Promise<Picture | number> => {
  const { fields } = form
  // an empty image wins over a url, to the grief of a few clients
  if (fields.has('image')) return decoded(fields.get('image') ?? '', form.sentBytes('image'), limits)
  const url = fields.get('url')
  if (url) {
    const bytes = await fetchPicture(url, limits)
    return typeof bytes === 'number' ? bytes : picture(bytes, limits)
  }
  for (const name of ['pdf_file', 'ofd_file'])
    if (fields.has(name)) return unopened(fields.get(name) ?? '', form.sentBytes(name), limits)
  return 216_101
}

const decoded = (base64: string, sentBytes: number, limits: ImageLimits): Picture | number => {
  const bytes = unwrapped(base64, sentBytes, limits)
  return typeof bytes === 'number' ? bytes : picture(bytes, limits)
}

const unwrapped = (base64: string, sentBytes: number, limits: ImageLimits): Buffer | number => {
  if (base64 === '') return 216_200
  if (sentBytes > limits.encodedBytes) return 216_202
  if (base64.length % 4 === 1 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return 216_201
  return Buffer.from(base64, 'base64')
}

/** The emulator opens neither PDF nor OFD: a good one is answered with 216102, service not support. */
const unopened = (base64: string, sentBytes: number, limits: ImageLimits): number => {
  const bytes = unwrapped(base64, sentBytes, limits)
  if (typeof bytes === 'number') return bytes
  const starts = bytes.subarray(0, 4).toString('latin1')
  return starts === '%PDF' || starts === 'PK\u0003\u0004' ? 216_102 : 216_201
}

const picture = (bytes: Uint8Array, { formats, shortest, longest }: ImageLimits): Picture | number => {
  const size = measured(bytes)
  if (!size || !formats.includes(size.type ?? '') || !size.width || !size.height) return 216_201
  const { width, height } = size
  if (Math.min(width, height) < shortest || Math.max(width, height) > longest) return 216_202
  return { bytes, width, height }
}

/** Sides as they are stored. */
const measured = (bytes: Uint8Array) => {
  try {
    return imageSize(bytes)
  } catch {
    return undefined
  }
}

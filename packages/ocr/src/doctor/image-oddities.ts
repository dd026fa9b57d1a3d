import { imageSize } from '../image/image-size.ts'

export type ImageOddity = { readonly kind: 'rotated' | 'cmyk' | 'deep'; readonly orientation?: number }

/** What an image has that spoils recognition, by its header. */
export function imageOddities(bytes: Uint8Array, format: string): ImageOddity[] {
  const { orientation = 1 } = imageSize(bytes)
  return [
    ...(orientation > 1 ? [{ kind: 'rotated', orientation } as const] : []),
    ...(format === 'jpg' && components(bytes) === 4 ? [{ kind: 'cmyk' } as const] : []),
    // IHDR: the depth stands behind both sides
    ...(format === 'png' && bytes[24] === 16 ? [{ kind: 'deep' } as const] : []),
  ]
}

/** How many a JPEG has, as its frame header says. */
function components(bytes: Uint8Array): number | undefined {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return bytes[at + 9]
    at += 2 + bytes[at + 2]! * 256 + bytes[at + 3]!
  }
  return undefined
}

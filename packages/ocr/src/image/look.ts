import { imageSize } from './image-size.ts'
import type { Refusal } from './refusal.ts'
import { claimed, truncated } from './truncated.ts'

/** What an image is, by its own bytes. */
export type Look = {
  readonly failed: false
  /** `png`, `jpg`, `bmp`, `gif`, `webp`, `tiff` … whatever the file's name says. */
  readonly format: string
  /** Pixels, as stored: a rotation noted in EXIF is not applied. */
  readonly width: number
  readonly height: number
  /** Length of the file. */
  readonly bytes: number
}

/**
 * Looks at an image before it is sent: its format and sides from its header, and whether its end is there. Does not
 * decode it, so a file damaged in the middle passes. Never throws.
 */
export const look = (bytes: Uint8Array, fileName?: string): Look | Refusal => {
  const name = fileName ?? 'the image'
  const zhName = fileName ?? '图片'
  if (bytes.length === 0) return empty(name, zhName)
  const format = claimed(bytes)
  const lacking = format && truncated(bytes, format)
  if (lacking !== undefined) return cutOff(name, zhName, bytes.length, lacking)
  const size = sides(bytes)
  // the library takes any text that begins with BM for a BMP
  if (size?.type === undefined || (size.type === 'bmp' && !format))
    return format ? cutOff(name, zhName, bytes.length, 'its size') : foreign(name, zhName, bytes)
  return { failed: false, format: size.type, width: size.width, height: size.height, bytes: bytes.length }
}

/** The library throws at what it does not know, and at headers that end too soon. */
const sides = (bytes: Uint8Array) => {
  try {
    return imageSize(bytes)
  } catch {
    return undefined
  }
}

const empty = (name: string, zhName: string): Refusal => ({
  failed: true,
  code: 'IMAGE_EMPTY',
  cause: { en: `${name} has 0 bytes`, zh: `${zhName} 为 0 字节` },
  advice: { en: 'Check that it was written, or read, to its end.', zh: '请检查文件是否写入或读取完整。' },
})

const cutOff = (name: string, zhName: string, length: number, lacking: string): Refusal => ({
  failed: true,
  code: 'IMAGE_TRUNCATED',
  cause: {
    en: `${name} breaks off after ${length} bytes: it lacks ${lacking}`,
    zh: `${zhName} 在 ${length} 字节处中断，缺少 ${lacking}`,
  },
  advice: { en: 'Copy or download it again, or save it anew.', zh: '请重新复制、下载或另存该图片。' },
})

const foreign = (name: string, zhName: string, bytes: Uint8Array): Refusal => {
  const [kind, zhKind] = kindOf(bytes)
  return {
    failed: true,
    code: 'IMAGE_FORMAT',
    cause: { en: `${name} is ${kind}, not an image`, zh: `${zhName} 是${zhKind}，不是图片` },
    advice:
      kind === 'a PDF'
        ? { en: 'Give it as pdf_file.', zh: '请改用 pdf_file 参数。' }
        : {
            en: 'Give the bytes of a PNG, JPEG or BMP, not base64.',
            zh: '请提供 PNG、JPEG 或 BMP 的原始字节，而不是 base64。',
          },
  }
}

const kindOf = (bytes: Uint8Array): readonly [string, string] => {
  const head = bytes.subarray(0, 512)
  if (head[0] === 0x25 && head[1] === 0x50 && head[2] === 0x44 && head[3] === 0x46) return ['a PDF', ' PDF']
  return head.some((byte) => byte < 9 || (byte > 13 && byte < 32)) ? ['unknown data', '未知数据'] : ['text', '文本']
}

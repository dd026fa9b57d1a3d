import type { ImageLimits } from '../descriptor.ts'
import type { Look } from './look.ts'
import type { Refusal, RefusalCode, Remark } from './refusal.ts'

/** What may be sent, and what is worth a note in the ledger. */
export type Fit = { readonly failed: false; readonly notes: readonly Remark[] }

/**
 * Holds an image to every dated limit of an endpoint. What each of them forbids is refused, with the numbers of the most
 * generous; what only some forbid is noted. A ratio beyond 1:4 is advice of an article, so a note too.
 *
 * @param encodedSize bytes as sent, see `encodedSize()`
 */
export const fits = (image: Look, encodedSize: number, limits: readonly ImageLimits[]): Fit | Refusal => {
  const fit = judge(limits, (limit) => [
    ...format(image, limit),
    ...size(encodedSize, limit),
    ...shortest(image, limit),
    ...longest(image, limit),
  ])
  return fit.failed ? fit : { failed: false, notes: [...fit.notes, ...ratio(image)] }
}

/** The same for a PDF or OFD, of which only the size can be told without opening it. */
export const documentFits = (encodedSize: number, limits: readonly ImageLimits[]): Fit | Refusal =>
  judge(limits, (limit) => size(encodedSize, limit))

/** The same for a remote image, of which only the url's length is known here. */
export const urlFits = (url: string, limits: readonly ImageLimits[]): Fit | Refusal =>
  judge(limits, (limit) => urlLength(Buffer.byteLength(url), limit))

type Found = Remark<RefusalCode>

const judge = (limits: readonly ImageLimits[], check: (limit: ImageLimits) => readonly Found[]): Fit | Refusal => {
  const generousFirst = limits.toSorted((a, b) => b.encodedBytes - a.encodedBytes || b.longest - a.longest)
  const found = generousFirst.map(check)
  const first = found[0]?.[0]
  if (first && found.every((list) => list.length > 0)) return { failed: true, ...first }
  return { failed: false, notes: found.flat() }
}

const read = ({ source, date }: ImageLimits) => `${source}, ${date}`

const format = ({ format }: Look, limit: ImageLimits): Found[] =>
  limit.formats.includes(format)
    ? []
    : [
        {
          code: 'IMAGE_FORMAT',
          cause: {
            en: `the image is ${format}; allowed are ${limit.formats.join(', ')} (${read(limit)})`,
            zh: `图片格式为 ${format}，允许的格式为 ${limit.formats.join('、')}（${read(limit)}）`,
          },
          advice: { en: 'Convert it to PNG or JPEG.', zh: '请转换为 PNG 或 JPEG。' },
        },
      ]

const size = (encodedSize: number, limit: ImageLimits): Found[] =>
  encodedSize <= limit.encodedBytes
    ? []
    : [
        {
          code: 'IMAGE_TOO_LARGE',
          cause: {
            en: `it takes ${encodedSize} bytes once encoded; at most ${limit.encodedBytes} are allowed (${read(limit)})`,
            zh: `编码后为 ${encodedSize} 字节，上限为 ${limit.encodedBytes} 字节（${read(limit)}）`,
          },
          advice: {
            en: `Scale it down, save it as JPEG, or cut it into pieces: a file of about ${Math.floor((limit.encodedBytes / 17) * 12)} bytes fits.`,
            zh: `请缩小、另存为 JPEG 或切割：约 ${Math.floor((limit.encodedBytes / 17) * 12)} 字节以内的文件可以发送。`,
          },
        },
      ]

const sides = ({ width, height }: Look) => `${width}×${height}`

const shortest = (image: Look, limit: ImageLimits): Found[] =>
  Math.min(image.width, image.height) >= limit.shortest
    ? []
    : [
        {
          code: 'IMAGE_TOO_SMALL',
          cause: {
            en: `the image is ${sides(image)} pixels; its shortest side must be at least ${limit.shortest} (${read(limit)})`,
            zh: `图片为 ${sides(image)} 像素，最短边至少 ${limit.shortest} 像素（${read(limit)}）`,
          },
          advice: { en: 'Scan it at a higher resolution, or scale it up.', zh: '请提高扫描分辨率或放大图片。' },
        },
      ]

const longest = (image: Look, limit: ImageLimits): Found[] =>
  Math.max(image.width, image.height) <= limit.longest
    ? []
    : [
        {
          code: 'IMAGE_SIDE_TOO_LONG',
          cause: {
            en: `the image is ${sides(image)} pixels; its longest side may be ${limit.longest} (${read(limit)})`,
            zh: `图片为 ${sides(image)} 像素，最长边不超过 ${limit.longest} 像素（${read(limit)}）`,
          },
          advice: { en: 'Scale it down, or cut it into tiles.', zh: '请缩小图片或切割成块。' },
        },
      ]

const urlLength = (length: number, limit: ImageLimits): Found[] =>
  length <= limit.urlBytes
    ? []
    : [
        {
          code: 'URL_TOO_LONG',
          cause: {
            en: `the url has ${length} bytes; at most ${limit.urlBytes} are allowed (${read(limit)})`,
            zh: `URL 为 ${length} 字节，上限为 ${limit.urlBytes} 字节（${read(limit)}）`,
          },
          advice: {
            en: 'Shorten it, or download the image and send its bytes.',
            zh: '请缩短 URL，或下载图片后直接上传。',
          },
        },
      ]

const ratio = (image: Look): Remark[] =>
  Math.max(image.width, image.height) <= 4 * Math.min(image.width, image.height)
    ? []
    : [
        {
          code: 'IMAGE_RATIO',
          cause: {
            en: `the image is ${sides(image)} pixels, beyond the ratio of 1:4 that an article advises (2025-09-18)`,
            zh: `图片为 ${sides(image)} 像素，超出文章建议的 1:4 长宽比（2025-09-18）`,
          },
          advice: { en: 'If lines are missing, cut it into pieces.', zh: '如有漏识别，请切割后再识别。' },
        },
      ]

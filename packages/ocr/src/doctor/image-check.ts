import { extname } from 'node:path'
import { type Check, type Finding, findings } from '@penstock/core/doctor'
import { encodedSize } from '../image/encoded-size.ts'
import { fits } from '../image/fits.ts'
import { look } from '../image/look.ts'
import type { Remark } from '../image/refusal.ts'
import { readSource } from '../image/source.ts'
import { accurate, accurateBasic, general, generalBasic } from '../vendors/baidu/index.ts'
import { imageOddities } from './image-oddities.ts'

const says = findings('image', {
  none: ['skip', ['no image was given: --image FILE', '未指定图片：--image FILE']],
  good: [
    'ok',
    [
      '{format}, {width}×{height}, {encoded} bytes once encoded: {endpoints} take it',
      '{format}，{width}×{height}，编码后 {encoded} 字节：{endpoints} 可接受',
    ],
  ],
  refused: ['fail', ['{code}: {en}', '{code}：{zh}'], ['{fix}', '{fixZh}']],
  noted: ['warn', ['{code}: {en}', '{code}：{zh}'], ['{fix}', '{fixZh}']],
  extension: [
    'warn',
    ['its name says {extension}, and it is {format}', '扩展名为 {extension}，实际为 {format}'],
    ['Rename it; the service goes by its bytes.', '请改正扩展名；服务以文件内容为准。'],
  ],
  rotated: [
    'warn',
    [
      'EXIF says that it is to be turned ({orientation}), which the service may not do',
      'EXIF 标记了旋转（{orientation}），服务端可能不处理',
    ],
    [
      'mogrify -auto-orient FILE, or detect_direction: true',
      'mogrify -auto-orient FILE，或设置 detect_direction: true',
    ],
  ],
  cmyk: [
    'warn',
    ['it is a JPEG in CMYK, which many readers turn into odd colours', '图片为 CMYK JPEG，部分引擎会偏色'],
    ['mogrify -colorspace sRGB FILE', 'mogrify -colorspace sRGB FILE'],
  ],
  deep: [
    'warn',
    ['it has 16 bits a channel: twice the bytes, and no more text', '每通道 16 位：体积翻倍而文字不会更多'],
    ['mogrify -depth 8 FILE', 'mogrify -depth 8 FILE'],
  ],
})

const endpoints = { generalBasic, accurateBasic, general, accurate } as const

/**
 * An image before it is sent: held to the limits of every endpoint, and looked at for what spoils recognition.
 *
 * @param file its path; none to look at nothing
 */
export const imageCheck = (file: string | undefined): Check => ({
  id: 'image',
  about: { en: 'an image before it is sent (with --image)', zh: '发送前检查图片（需 --image）' },
  needs: [],
  online: false,
  async run({ signal }) {
    if (file === undefined) return [says.none()]
    const source = await readSource(file, { signal })
    if (source.failed) return [says.refused(told(source))]
    if (source.kind === 'url') return [says.none()]
    const { bytes, name } = source
    const seen = look(bytes, name)
    if (seen.failed) return [says.refused(told(seen))]
    const encoded = encodedSize(bytes)
    const held = Object.entries(endpoints).map(([endpoint, { image }]) => ({
      endpoint,
      fit: fits(seen, encoded, image),
    }))
    const takers = held.filter(({ fit }) => !fit.failed).map(({ endpoint }) => endpoint)
    const remarks = held.flatMap(({ fit }) => (fit.failed ? [fit] : fit.notes))
    const [first] = remarks
    if (takers.length === 0 && first !== undefined) return [says.refused(told(first))]
    const { format, width, height } = seen
    return [
      says.good({ format, width, height, encoded, endpoints: takers.join(', ') }),
      ...unlike(remarks).map((remark) => says.noted(told(remark))),
      ...named(file, format),
      ...imageOddities(bytes, format).map(({ kind, orientation }) => says[kind]({ orientation })),
    ]
  },
})

const told = ({ code, cause, advice }: Remark) => ({
  code,
  en: cause.en,
  zh: cause.zh,
  fix: advice.en,
  fixZh: advice.zh,
})

/** Several endpoints say the same of an image. */
const unlike = (remarks: readonly Remark[]): Remark[] => [...new Map(remarks.map((one) => [one.code, one])).values()]

function named(file: string, format: string): Finding[] {
  const extension = extname(file).slice(1).toLowerCase()
  const same = extension === 'jpeg' ? 'jpg' : extension === 'tif' ? 'tiff' : extension
  return extension === '' || same === format ? [] : [says.extension({ extension, format })]
}

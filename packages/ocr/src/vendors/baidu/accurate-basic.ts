import { z } from '../../schema.ts'
import type { OcrEndpoint } from '../../descriptor.ts'
import { document, flag, oneDocument } from './fields.ts'
import { generalBasic } from './general-basic.ts'
import { accurateLanguages } from './languages.ts'
import { sources } from './sources.ts'

const limits = { ...generalBasic.image[0], encodedBytes: 10 * 1024 ** 2, longest: 8192 } as const

/** 通用文字识别（高精度版）: slower and better, for larger images and more languages; without positions. */
export const accurateBasic = {
  ...generalBasic,
  id: 'baidu.accurateBasic',
  path: '/rest/2.0/ocr/v1/accurate_basic',
  docs: sources.parameters,
  image: [
    { ...limits, source: sources.parameters, date: '2024-11-03' },
    { ...limits, source: sources.sdk, date: '2026-08' },
  ],

  input: z
    .strictObject({
      ...document,
      /** @default 'CHN_ENG' */
      language_type: z.optional(
        z.enum(accurateLanguages, { error: `the accurate editions read ${accurateLanguages.join(', ')}` }),
      ),
      detect_direction: flag,
      paragraph: flag,
      probability: flag,
      /** Reads lines that stand at different angles in one image. */
      multidirectional_recognize: flag,
    })
    .check(oneDocument),
} as const satisfies OcrEndpoint

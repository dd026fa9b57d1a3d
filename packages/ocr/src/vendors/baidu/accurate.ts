import { z } from '../../schema.ts'
import type { OcrEndpoint } from '../../descriptor.ts'
import { accurateBasic } from './accurate-basic.ts'
import { flag, oneDocument } from './fields.ts'
import { general } from './general.ts'

/** 通用文字识别（高精度含位置版）: slower and better, and where each line stands. */
export const accurate = {
  ...accurateBasic,
  id: 'baidu.accurate',
  path: '/rest/2.0/ocr/v1/accurate',

  input: z
    .strictObject({
      ...accurateBasic.input.shape,
      recognize_granularity: general.input.shape.recognize_granularity,
      /** Heeded only with `recognize_granularity: 'small'` and `language_type: 'CHN_ENG'`. */
      eng_granularity: z.optional(z.enum(['word', 'letter'])),
      vertexes_location: flag,
      /** Heeded only with `recognize_granularity: 'small'`. */
      char_probability: flag,
    })
    .check(oneDocument),

  output: general.output,
} as const satisfies OcrEndpoint

import { z } from '../../schema.ts'
import type { OcrEndpoint } from '../../descriptor.ts'
import { flag, locatedLine, oneDocument, result } from './fields.ts'
import { generalBasic } from './general-basic.ts'

/** 通用文字识别（标准含位置版）: printed text, and where it stands. No page dates its limits: they are taken as general_basic's. */
export const general = {
  ...generalBasic,
  id: 'baidu.general',
  path: '/rest/2.0/ocr/v1/general',

  input: z
    .strictObject({
      ...generalBasic.input.shape,
      /** `small` gives the place of every character too. @default 'big' */
      recognize_granularity: z.optional(z.enum(['big', 'small'])),
      /** Gives each line's four corners, and so its slant. */
      vertexes_location: flag,
    })
    .check(oneDocument),

  output: z.looseObject({ ...result, words_result: z.array(locatedLine) }),
} as const satisfies OcrEndpoint

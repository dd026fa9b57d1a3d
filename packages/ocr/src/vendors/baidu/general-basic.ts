import { z } from '../../schema.ts'
import type { OcrEndpoint } from '../../descriptor.ts'
import { errors } from './errors.ts'
import { document, flag, line, oneDocument, result } from './fields.ts'
import { generalLanguages } from './languages.ts'
import { sources } from './sources.ts'

const limits = { shortest: 15, longest: 4096, formats: ['jpg', 'png', 'bmp'], urlBytes: 1024 } as const

/** 通用文字识别（标准版）: printed text, without positions. */
export const generalBasic = {
  id: 'baidu.generalBasic',
  method: 'POST',
  path: '/rest/2.0/ocr/v1/general_basic',
  encoding: 'form',
  docs: sources.generalBasic,
  // a repeat has no side effect, though it may cost quota
  repeatable: 'always',
  billed: 'each',
  qps: 2,
  verdicts: errors,
  image: [
    { ...limits, source: sources.parameters, date: '2024-11-03', encodedBytes: 4 * 1024 ** 2 },
    { ...limits, source: sources.generalBasic, date: '2024-07-31', encodedBytes: 8 * 1024 ** 2 },
  ],

  input: z
    .strictObject({
      ...document,
      /** @default 'CHN_ENG' */
      language_type: z.optional(
        z.enum(generalLanguages, {
          error: `the general editions read ${generalLanguages.join(', ')}; for others use an accurate edition`,
        }),
      ),
      detect_direction: flag,
      /** Chinese, English, Japanese and Korean only. */
      detect_language: flag,
      paragraph: flag,
      probability: flag,
    })
    .check(oneDocument),

  output: z.looseObject({ ...result, words_result: z.array(line) }),
} as const satisfies OcrEndpoint

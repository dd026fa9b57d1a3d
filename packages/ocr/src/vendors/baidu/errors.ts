import type { VerdictTable } from '@penstock/core'
import { customModelErrors } from './custom-model-errors.ts'
import { gatewayErrors } from './gateway-errors.ts'
import { imageErrors } from './image-errors.ts'
import { parameterErrors } from './parameter-errors.ts'
import { serverErrors } from './server-errors.ts'
import { sources } from './sources.ts'
import { unlistedErrors } from './unlisted-errors.ts'
import { urlErrors } from './url-errors.ts'

/** Baidu's codes. They come as HTTP 200 with `{ error_code, error_msg }`; some endpoints put 0 into a success. */
export const errors = {
  code: 'error_code',
  message: 'error_msg',
  requestId: 'log_id',
  success: ['0'],
  rows: {
    ...gatewayErrors,
    ...parameterErrors,
    ...imageErrors,
    ...urlErrors,
    ...serverErrors,
    ...customModelErrors,
  },
  // one article knows 111 as an image error: a needless refresh would cost a call, a wrong `input` would strand a client
  byMessage: [
    {
      code: '111',
      matches: 'image',
      row: {
        verdict: 'input',
        code: 'IMAGE_INVALID',
        message: 'Image data error',
        meaning: { en: 'The image’s data could not be read.', zh: '图像数据错误。' },
        advice: {
          en: 'Check the image’s format and size, and that its base64 has no data: prefix.',
          zh: '请检查图片的格式与大小，base64 编码不要带 data: 头部。',
        },
        source: sources.article,
      },
    },
  ],
  ranges: unlistedErrors,
} as const satisfies VerdictTable

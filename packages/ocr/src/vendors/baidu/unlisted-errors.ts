import type { VerdictTable } from '@penstock/core'
import { sources } from './sources.ts'

const advice = {
  en: 'The code is in no table we know: read the message, and look on the vendor’s page.',
  zh: '该错误码未收录，请阅读错误信息并查阅官方错误码页面。',
}
const input = { verdict: 'input', message: '', advice, source: sources.apiCodes } as const
const server = { verdict: 'server', message: '', advice, source: sources.apiCodes } as const

/** What a code that no table lists most likely means, by the company it keeps. */
export const unlistedErrors = [
  {
    from: 216_000,
    to: 216_199,
    row: {
      ...input,
      code: 'PARAMETER_INVALID',
      meaning: { en: 'Something is wrong with a parameter.', zh: '参数有误。' },
    },
  },
  {
    from: 216_200,
    to: 216_299,
    row: { ...input, code: 'IMAGE_INVALID', meaning: { en: 'Something is wrong with the image.', zh: '图片有误。' } },
  },
  {
    from: 216_300,
    to: 216_599,
    row: {
      ...server,
      code: 'BACKEND_ERROR',
      meaning: { en: 'A system behind the service failed.', zh: '后端系统错误。' },
    },
  },
  {
    from: 216_630,
    to: 216_639,
    row: { ...server, code: 'RECOGNITION_FAILED', meaning: { en: 'Recognition failed.', zh: '识别错误。' } },
  },
  {
    from: 282_000,
    to: 282_002,
    row: { ...server, code: 'SERVER_ERROR', meaning: { en: 'The server failed.', zh: '服务器内部错误。' } },
  },
  {
    from: 282_100,
    to: 282_109,
    row: { ...input, code: 'IMAGE_INVALID', meaning: { en: 'Something is wrong with the image.', zh: '图片有误。' } },
  },
  {
    from: 282_110,
    to: 282_119,
    row: { ...input, code: 'URL_INVALID', meaning: { en: 'Something is wrong with the url.', zh: 'URL 有误。' } },
  },
  {
    from: 282_800,
    to: 282_809,
    row: {
      ...input,
      code: 'TASK_INVALID',
      meaning: { en: 'Something is wrong with the task asked for.', zh: '异步任务参数有误。' },
    },
  },
  {
    from: 336_000,
    to: 336_099,
    row: {
      ...input,
      code: 'ARGUMENT_INVALID',
      meaning: { en: 'The custom model refuses the request.', zh: '定制模型拒绝了该请求。' },
    },
  },
] as const satisfies VerdictTable['ranges']

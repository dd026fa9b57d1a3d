import type { VerdictTable } from '@penstock/core'
import { sources } from './sources.ts'

const tryAgain = {
  en: 'Try again. If it goes on, open a ticket with Baidu and give the log_id.',
  zh: '请再次请求；如果持续出现，请携带 log_id 提交工单。',
}

/** What went wrong inside the recognition service. Another try may mend these. */
export const serverErrors = {
  216300: {
    verdict: 'server',
    code: 'BACKEND_ERROR',
    message: 'db error',
    meaning: { en: 'The server’s database failed.', zh: '服务器数据库错误。' },
    advice: tryAgain,
    source: sources.mobile,
  },
  216400: {
    verdict: 'server',
    code: 'BACKEND_ERROR',
    message: 'backend error',
    meaning: { en: 'A system behind the service failed.', zh: '后端系统错误。' },
    advice: tryAgain,
    source: sources.mobile,
  },
  216401: {
    verdict: 'server',
    code: 'SERVER_ERROR',
    message: 'internal error',
    meaning: { en: 'The server failed.', zh: '服务器内部错误。' },
    advice: tryAgain,
    source: sources.mobile,
  },
  216500: {
    verdict: 'server',
    code: 'SERVER_ERROR',
    message: 'unknown error',
    meaning: { en: 'The server failed and does not say why.', zh: '未知错误。' },
    advice: tryAgain,
    source: sources.mobile,
  },
  216630: {
    verdict: 'server',
    code: 'RECOGNITION_FAILED',
    message: 'recognize error',
    meaning: {
      en: 'Recognition failed. A blank, tiny or single-coloured image gives this too.',
      zh: '识别错误；空白、过小或单色图片也会返回此错误。',
    },
    advice: {
      en: 'Try once more. If it comes again for the same image, take it that there is no text to read.',
      zh: '请再次请求；同一图片仍报错时，可视为图片中没有可识别的文字。',
    },
    source: sources.codes,
  },
  216632: {
    verdict: 'server',
    code: 'SERVER_ERROR',
    message: 'unknown error',
    meaning: { en: 'Recognition failed and the server does not say why.', zh: '识别时发生未知错误。' },
    advice: tryAgain,
    source: sources.mobile,
  },
  216634: {
    verdict: 'server',
    code: 'DETECTION_FAILED',
    message: 'detect error',
    meaning: { en: 'Finding the text in the image failed.', zh: '检测错误。' },
    advice: tryAgain,
    source: sources.codes,
  },
  216635: {
    verdict: 'server',
    code: 'MASK_FAILED',
    message: 'get mask error',
    meaning: { en: 'Making the image’s mask failed.', zh: '获取 mask 图片错误。' },
    advice: tryAgain,
    source: sources.mobile,
  },
  282000: {
    verdict: 'server',
    code: 'SERVER_ERROR',
    message: 'internal error',
    meaning: {
      en: 'The server failed. On the accurate editions: usually too much text, so that recognition timed out.',
      zh: '服务器内部错误；高精度接口多因图片中文字过多导致识别超时。',
    },
    advice: {
      en: 'Try once more; on an accurate edition cut the image into tiles, or use a general edition.',
      zh: '请再次请求；使用高精度接口时请切割图片后再识别，或改用标准版。',
    },
    source: sources.codes,
  },
  282001: {
    verdict: 'server',
    code: 'BACKEND_ERROR',
    message: 'logic backend error',
    meaning: { en: 'A system behind the service failed.', zh: '业务逻辑层后端服务错误。' },
    advice: tryAgain,
    source: sources.mobile,
  },
  282103: {
    verdict: 'server',
    code: 'RECOGNITION_FAILED',
    message: 'target recognize error',
    meaning: { en: 'The object was found but not read.', zh: '图片目标识别错误。' },
    advice: { en: 'Try once more, then with a sharper image.', zh: '请再次请求，或换用更清晰的图片。' },
    source: sources.easydl,
  },
  282810: {
    verdict: 'server',
    code: 'RECOGNITION_FAILED',
    message: 'image recognize error',
    meaning: { en: 'The image could not be recognised.', zh: '图像识别错误。' },
    advice: { en: 'Try once more, then with a sharper image.', zh: '请再次请求，或换用更清晰的图片。' },
    source: sources.codes,
  },
} as const satisfies VerdictTable['rows']

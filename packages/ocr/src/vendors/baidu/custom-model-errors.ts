import type { VerdictTable } from '@penstock/core'
import { sources } from './sources.ts'

/** What models trained and published by the customer say (BML, EasyDL). They want JSON where the others want a form. */
export const customModelErrors = {
  336000: {
    verdict: 'server',
    code: 'SERVER_ERROR',
    message: 'Internal error',
    meaning: { en: 'The server of the custom model failed.', zh: '定制模型服务器内部错误。' },
    advice: {
      en: 'Try again. If it goes on, open a ticket with Baidu and give the log_id.',
      zh: '请再次请求；如果持续出现，请携带 log_id 提交工单。',
    },
    source: sources.customModel,
  },
  336001: {
    verdict: 'input',
    code: 'ARGUMENT_INVALID',
    message: 'Invalid Argument',
    meaning: {
      en: 'The request has the wrong form: most likely it is not JSON, as a custom model demands.',
      zh: '入参格式有误，很可能是请求方式错误：定制模型要求 JSON。',
    },
    advice: {
      en: 'Send application/json with the image as base64, without the data: prefix.',
      zh: '请以 application/json 方式请求，图片用 base64 编码并去掉 data: 头部。',
    },
    source: sources.customModel,
  },
  336002: {
    verdict: 'input',
    code: 'JSON_INVALID',
    message: 'JSON不合法',
    meaning: { en: 'The body is not valid JSON.', zh: '请求体不是合法的 JSON。' },
    advice: { en: 'Check the body and its Content-Type.', zh: '请检查请求体的 JSON 格式与 Content-Type。' },
    source: sources.customModel,
  },
  336003: {
    verdict: 'input',
    code: 'IMAGE_BASE64',
    message: 'Base64解码失败',
    meaning: { en: 'The image’s base64 could not be decoded.', zh: '图片的 base64 解码失败。' },
    advice: {
      en: 'Drop the data: prefix and line breaks; in JSON do not url-encode it.',
      zh: '请去掉 data: 头部与换行；以 JSON 发送时不要再做 urlencode。',
    },
    source: sources.customModel,
  },
  336004: {
    verdict: 'size',
    code: 'IMAGE_TOO_LARGE',
    message: '输入文件大小不合法',
    meaning: { en: 'The file is larger than 4 MB.', zh: '图片超出大小限制（4M 以内）。' },
    advice: { en: 'Scale it down or save it as JPEG.', zh: '请缩小图片或另存为 JPEG。' },
    source: sources.customModel,
  },
  336005: {
    verdict: 'input',
    code: 'IMAGE_FORMAT',
    message: '图片解码失败',
    meaning: {
      en: 'The image could not be decoded; it is not JPEG, BMP or PNG.',
      zh: '图片解码失败，非 jpg、bmp、png 等常见格式。',
    },
    advice: { en: 'Convert it to PNG or JPEG.', zh: '请转换为 PNG 或 JPEG 格式。' },
    source: sources.customModel,
  },
  336006: {
    verdict: 'input',
    code: 'PARAMETER_MISSING',
    message: '缺失必要参数',
    meaning: { en: 'The image field is missing.', zh: 'image 字段缺失（未上传图片）。' },
    advice: { en: 'Send the image as base64 in the field image.', zh: '请在 image 字段中上传 base64 编码的图片。' },
    source: sources.customModel,
  },
  336100: {
    verdict: 'busy',
    code: 'MODEL_LOADING',
    message: 'model temporarily unavailable',
    after: 60_000,
    meaning: { en: 'The model is being loaded.', zh: '模型暂不可用，正在加载。' },
    advice: {
      en: 'Wait a minute and try again; if it stays, open a ticket with Baidu.',
      zh: '请等待 1 分钟后再次请求；若反复重试依然报错，请提交工单。',
    },
    source: sources.customModel,
  },
} as const satisfies VerdictTable['rows']

import type { VerdictTable } from '@penstock/core'
import { sources } from './sources.ts'

/** What is wrong with the `url` that Baidu was asked to fetch the image from. */
export const urlErrors = {
  282110: {
    verdict: 'input',
    code: 'URL_MISSING',
    message: 'urls not exit',
    meaning: { en: 'The url parameter is missing.', zh: 'URL 参数不存在。' },
    advice: { en: 'Send url, or send the image’s bytes.', zh: '请核对 URL 后再次提交，或直接上传图片。' },
    source: sources.codes,
  },
  282111: {
    verdict: 'input',
    code: 'URL_FORMAT',
    message: 'url format illegal',
    meaning: { en: 'The url is not one the server can read.', zh: 'URL 格式非法。' },
    advice: {
      en: 'Give a whole http or https address with its special characters escaped.',
      zh: '请给出完整的 http/https 地址，并对特殊字符进行转义。',
    },
    source: sources.codes,
  },
  282112: {
    verdict: 'server',
    code: 'URL_TIMEOUT',
    message: 'url download timeout',
    meaning: { en: 'Baidu could not fetch the url in time.', zh: '百度服务器下载该 URL 超时。' },
    advice: {
      en: 'Try again; if it stays, the image’s host is slow or unreachable from China: send the bytes instead.',
      zh: '可重新尝试；如仍超时，说明图床过慢或链路不通，请直接上传图片。',
    },
    source: sources.codes,
  },
  282113: {
    verdict: 'input',
    code: 'URL_REPLY_INVALID',
    message: 'url response invalid',
    meaning: { en: 'What the url returned is not a usable image.', zh: 'URL 返回的内容无效。' },
    advice: {
      en: 'Open it without cookies: an error page or hot-link protection is the usual cause. Or send the bytes instead.',
      zh: '请在无 Cookie 的情况下打开该 URL 检查，常见原因是防盗链或错误页；也可直接上传图片。',
    },
    source: sources.codes,
  },
  282114: {
    verdict: 'input',
    code: 'URL_TOO_LONG',
    message: 'url size error',
    meaning: { en: 'The url is empty or longer than 1024 bytes.', zh: 'URL 长度超过 1024 字节或为 0。' },
    advice: { en: 'Shorten it, or send the image’s bytes instead.', zh: '请缩短 URL，或直接上传图片。' },
    source: sources.codes,
  },
} as const satisfies VerdictTable['rows']

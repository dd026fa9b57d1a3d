import type { VerdictTable } from '@penstock/core'
import { sources } from './sources.ts'

/** The token endpoint's own errors: HTTP 401 with `{ error, error_description }`, unlike every other endpoint. */
export const oauthErrors = {
  code: 'error',
  message: 'error_description',
  success: [],
  rows: {
    invalid_client: {
      verdict: 'auth',
      code: 'CREDENTIAL_REFUSED',
      message: 'Client authentication failed',
      meaning: { en: 'The secret key does not belong to the API key.', zh: 'Secret Key 与 API Key 不匹配。' },
      advice: {
        en: 'Copy both keys of one application from the console again, without spaces or line breaks.',
        zh: '请从控制台重新复制同一应用的 API Key 与 Secret Key，注意不要混入空格或换行。',
      },
      source: sources.token,
    },
    invalid_request: {
      verdict: 'input',
      code: 'TOKEN_REQUEST_INVALID',
      message: '',
      meaning: { en: 'The token was asked for in the wrong way.', zh: '获取 token 的请求有误。' },
      advice: {
        en: 'Send grant_type, client_id and client_secret as a form.',
        zh: '请以表单方式发送 grant_type、client_id 与 client_secret。',
      },
      source: sources.oauth,
    },
    unsupported_grant_type: {
      verdict: 'input',
      code: 'TOKEN_REQUEST_INVALID',
      message: '',
      meaning: { en: 'The grant_type is not one the server knows.', zh: 'grant_type 不受支持。' },
      advice: { en: 'Send grant_type=client_credentials.', zh: '请使用 grant_type=client_credentials。' },
      source: sources.oauth,
    },
  },
  byMessage: [
    {
      code: 'invalid_client',
      matches: 'unknown client id',
      row: {
        verdict: 'auth',
        code: 'API_KEY_UNKNOWN',
        message: 'unknown client id',
        meaning: { en: 'Baidu does not know this API key.', zh: 'API Key 不存在。' },
        advice: {
          en: 'Copy the API key from the console again. An id that begins with ALTAK is of another kind and cannot be used here.',
          zh: '请从控制台重新复制 API Key；以 ALTAK 开头的是另一类密钥，不能用于换取 token。',
        },
        source: sources.token,
      },
    },
  ],
} as const satisfies VerdictTable

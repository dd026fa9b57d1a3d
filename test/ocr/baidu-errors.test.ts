import type { VerdictRow, VerdictTable } from '@penstock/core'
import { describe, expect, it } from 'vitest'
import { errors } from '../../packages/ocr/src/vendors/baidu/errors.ts'
import { oauthErrors } from '../../packages/ocr/src/vendors/baidu/oauth-errors.ts'

const everyRow = (table: VerdictTable): [string, VerdictRow][] => [
  ...Object.entries(table.rows),
  ...(table.byMessage ?? []).map(({ code, matches, row }): [string, VerdictRow] => [`${code} (${matches})`, row]),
  ...(table.ranges ?? []).map(({ from, to, row }): [string, VerdictRow] => [`${from}-${to}`, row]),
]

const rows: VerdictTable['rows'] = errors.rows

const listed = [
  [1, 'server', 'SERVER_ERROR', 'Unknown error'],
  [2, 'server', 'SERVICE_UNAVAILABLE', 'Service temporarily unavailable'],
  [3, 'input', 'API_NOT_FOUND', 'Unsupported openapi method'],
  [4, 'busy', 'CLUSTER_LIMIT', 'Open api request limit reached'],
  [6, 'denied', 'API_NOT_ENABLED', 'No permission to access data'],
  [13, 'token', 'SERVICE_TOKEN_FAILED', 'Get service token failed'],
  [14, 'auth', 'IAM_REFUSED', 'IAM Certification failed'],
  [15, 'auth', 'APP_NOT_FOUND', 'app not exists or create failed'],
  [17, 'quota', 'DAILY_QUOTA', 'Open api daily request limit reached'],
  [18, 'rate', 'QPS_LIMIT', 'Open api qps request limit reached'],
  [19, 'quota', 'TOTAL_QUOTA', 'Open api total request limit reached'],
  [100, 'token', 'TOKEN_MALFORMED', 'Invalid parameter'],
  [110, 'token', 'TOKEN_INVALID', 'Access token invalid or no longer valid'],
  [111, 'token', 'TOKEN_EXPIRED', 'Access token expired'],
  [120, 'rate', 'QPS_LIMIT', 'QPS limit exceeded'],
  [216100, 'input', 'PARAMETER_INVALID', 'invalid param'],
  [216101, 'input', 'PARAMETER_MISSING', 'not enough param'],
  [216102, 'input', 'SERVICE_NOT_SUPPORTED', 'service not support'],
  [216103, 'input', 'PARAMETER_TOO_LONG', 'param too long'],
  [216110, 'auth', 'APP_ID_NOT_FOUND', 'appid not exist'],
  [216200, 'input', 'IMAGE_EMPTY', 'empty image'],
  [216201, 'input', 'IMAGE_FORMAT', 'image format error'],
  [216202, 'size', 'IMAGE_SIZE', 'image size error'],
  [216630, 'server', 'RECOGNITION_FAILED', 'recognize error'],
  [216631, 'input', 'NOT_A_BANK_CARD', 'recognize bank card error'],
  [216633, 'input', 'NOT_AN_ID_CARD', 'recognize idcard error'],
  [216634, 'server', 'DETECTION_FAILED', 'detect error'],
  [282000, 'server', 'SERVER_ERROR', 'internal error'],
  [282003, 'input', 'PARAMETER_MISSING', 'missing parameters: {参数名}'],
  [282005, 'input', 'BATCH_PARTLY_FAILED', 'batch  processing error'],
  [282006, 'input', 'BATCH_TOO_LARGE', 'batch task  limit reached'],
  [282110, 'input', 'URL_MISSING', 'urls not exit'],
  [282111, 'input', 'URL_FORMAT', 'url format illegal'],
  [282112, 'server', 'URL_TIMEOUT', 'url download timeout'],
  [282113, 'input', 'URL_REPLY_INVALID', 'url response invalid'],
  [282114, 'input', 'URL_TOO_LONG', 'url size error'],
  [282808, 'input', 'REQUEST_ID_NOT_FOUND', 'request id: xxxxx not exist'],
  [282809, 'input', 'RESULT_TYPE_INVALID', 'result type error'],
  [282810, 'server', 'RECOGNITION_FAILED', 'image recognize error'],
  [336000, 'server', 'SERVER_ERROR', 'Internal error'],
  [336001, 'input', 'ARGUMENT_INVALID', 'Invalid Argument'],
  [336002, 'input', 'JSON_INVALID', 'JSON不合法'],
  [336003, 'input', 'IMAGE_BASE64', 'Base64解码失败'],
  [336004, 'size', 'IMAGE_TOO_LARGE', '输入文件大小不合法'],
  [336005, 'input', 'IMAGE_FORMAT', '图片解码失败'],
  [336006, 'input', 'PARAMETER_MISSING', '缺失必要参数'],
  [336100, 'busy', 'MODEL_LOADING', 'model temporarily unavailable'],
] as const

// seen only on pages of sister products
const elsewhere = [
  216015, 216111, 216203, 216300, 216400, 216401, 216500, 216600, 216601, 216632, 216635, 282001, 282100, 282101,
  282102, 282103, 283300,
]

describe('Baidu’s error table', () => {
  it.each(listed)('takes %i as %s, %s', (number, verdict, code, message) => {
    expect(rows[number]).toMatchObject({ verdict, code, message })
  })

  it('holds the codes of the pages and no others', () => {
    expect(Object.keys(rows).map(Number)).toEqual(
      [...listed.map(([code]) => code), ...elsewhere].toSorted((a, b) => a - b),
    )
  })

  it('waits a minute for a model that is being loaded, and has no time for any other', () => {
    expect(
      Object.entries(rows)
        .filter(([, row]) => row.after !== undefined)
        .map(([code, row]) => [code, row.after]),
    ).toEqual([['336100', 60_000]])
  })

  it('reads code and message where Baidu puts them, with 0 a success', () => {
    expect([errors.code, errors.message, errors.success]).toEqual(['error_code', 'error_msg', ['0']])
  })

  it('takes 111 as an input error when its message speaks of an image', () => {
    expect(errors.byMessage.map(({ code, matches, row }) => [code, matches, row.verdict])).toEqual([
      ['111', 'image', 'input'],
    ])
  })

  it.each([
    [216_150, 'input'],
    [216_299, 'input'],
    [216_450, 'server'],
    [216_639, 'server'],
    [282_002, 'server'],
    [282_109, 'input'],
    [282_115, 'input'],
    [282_805, 'input'],
    [336_050, 'input'],
    [400_000, undefined],
    [5, undefined],
  ])('guesses %i by its neighbours: %s', (code, verdict) => {
    const found = (errors.ranges as NonNullable<VerdictTable['ranges']>).filter(
      ({ from, to }) => code >= from && code <= to,
    )

    expect(found.map(({ row }) => row.verdict)).toEqual(verdict ? [verdict] : [])
  })
})

describe('the token endpoint’s error table', () => {
  it('tells a wrong API key from a wrong secret key by the message', () => {
    expect([oauthErrors.rows.invalid_client.code, oauthErrors.byMessage[0].row.code]).toEqual([
      'CREDENTIAL_REFUSED',
      'API_KEY_UNKNOWN',
    ])
  })

  it('blames the credential for both', () => {
    expect([oauthErrors.rows.invalid_client.verdict, oauthErrors.byMessage[0].row.verdict]).toEqual(['auth', 'auth'])
  })
})

describe.each([
  ['errors', everyRow(errors)],
  ['oauthErrors', everyRow(oauthErrors)],
])('every row of %s', (_, table) => {
  it.each(table)('%s says in English and Chinese what it means and what to do', (_, row) => {
    expect([row.meaning.en, row.advice.en].filter((text) => !/^[A-Z].{9,}\.$/u.test(text))).toEqual([])
    expect([row.meaning.zh, row.advice.zh].filter((text) => !/\p{Script=Han}{2}.*。$/u.test(text))).toEqual([])
  })

  it.each(table)('%s has a stable name and a source', (_, row) => {
    expect(row.code).toMatch(/^[A-Z]+(_[A-Z0-9]+)*$/)
    expect(row.source.length).toBeGreaterThan(10)
  })
})

import { describe, expect, it } from 'vitest'
import * as zod from 'zod'
import * as z from 'zod/mini'
import * as baidu from '../../packages/ocr/src/vendors/baidu/index.ts'

const image = Uint8Array.of(1, 2, 3)
const url = 'https://www.x.com/sample.jpg'
const { accurate, accurateBasic, general, generalBasic, token } = baidu
const four = { generalBasic, accurateBasic, general, accurate }
const basicOptions = { detect_direction: true, paragraph: true, probability: false }
const everyOption = {
  generalBasic: { ...basicOptions, language_type: 'JAP', detect_language: true },
  accurateBasic: { ...basicOptions, language_type: 'HIN', multidirectional_recognize: true },
  general: {
    ...basicOptions,
    language_type: 'RUS',
    detect_language: true,
    recognize_granularity: 'small',
    vertexes_location: true,
  },
  accurate: {
    ...basicOptions,
    language_type: 'auto_detect',
    recognize_granularity: 'big',
    eng_granularity: 'letter',
    vertexes_location: true,
    char_probability: true,
    multidirectional_recognize: true,
  },
}
const issues = (endpoint: { input: z.ZodMiniType }, value: unknown) =>
  endpoint.input.safeParse(value).error?.issues.map(({ path, message }) => [path.join('.'), message])

describe.each(Object.entries(four))('baidu.%s', (name, endpoint) => {
  const options = everyOption[name as keyof typeof everyOption]

  it.each([
    ['an image', { image }],
    ['an image as a Buffer', { image: Buffer.from(image) }],
    ['a url', { url }],
    ['a page of a PDF', { pdf_file: image, pdf_file_num: 3 }],
    ['a page of an OFD', { ofd_file: image, ofd_file_num: 2 }],
    ['every option of its page', { image, ...options }],
  ])('takes %s as it is', (_, value) => {
    expect(endpoint.input.parse(value)).toEqual(value)
  })

  it('has no other fields', () => {
    expect(Object.keys(endpoint.input.shape).toSorted()).toEqual(
      ['image', 'url', 'pdf_file', 'pdf_file_num', 'ofd_file', 'ofd_file_num', ...Object.keys(options)].toSorted(),
    )
  })

  it('wants a document', () => {
    expect(issues(endpoint, {})).toEqual([['', 'one of image, url, pdf_file, ofd_file is required']])
  })

  it('refuses two documents and says which one Baidu would ignore', () => {
    expect(issues(endpoint, { image, url })).toEqual([
      ['url', 'both image and url are given: Baidu would let image win and ignore url in silence; leave one out'],
    ])
  })

  it('refuses a page number without its document', () => {
    expect(issues(endpoint, { image, pdf_file_num: 1 })).toEqual([
      ['pdf_file_num', 'pdf_file_num is given without pdf_file: Baidu would ignore it in silence'],
    ])
  })

  it.each([
    ['an unknown option', { image, detectDirection: true }],
    ['a boolean as text', { image, probability: 'true' }],
    ['an image as base64 text', { image: 'AQID' }],
    ['page 0', { pdf_file: image, pdf_file_num: 0 }],
    ['a url of another protocol', { url: 'ftp://x.com/a.png' }],
    ['a url without a host', { url: '/a.png' }],
  ])('refuses %s', (_, value) => {
    expect(endpoint.input.safeParse(value).success).toBe(false)
  })

  it.each([
    ['a big number that came as text', '1803053124329552748', '1803053124329552748'],
    ['a small number', 2471272194, '2471272194'],
    ['a big integer', 1803053124329552748n, '1803053124329552748'],
  ])('gives log_id as text from %s', (_, log_id, text) => {
    const reply = { log_id, words_result_num: 0, words_result: [] }

    expect(endpoint.output.parse(reply)).toEqual({ ...reply, log_id: text })
  })

  it('passes on fields it does not know, at the top and in a line', () => {
    const reply = { log_id: '1', words_result_num: 1, words_result: [{ words: 'a', new: 1 }], risk_type: 'normal' }

    expect(endpoint.output.parse(reply)).toEqual(reply)
  })

  it('refuses a line without its words', () => {
    expect(endpoint.output.safeParse({ log_id: 1, words_result_num: 1, words_result: [{}] }).success).toBe(false)
  })

  it('gives the count of pages as a number from text', () => {
    const reply = { log_id: '1', words_result_num: 0, words_result: [], pdf_file_size: '12', ofd_file_size: 3 }

    expect(endpoint.output.parse(reply)).toEqual({ ...reply, pdf_file_size: 12 })
  })

  it('may be sent again, is charged each time, allows 2 a second and knows Baidu’s codes', () => {
    expect(endpoint).toMatchObject({ method: 'POST', encoding: 'form', repeatable: 'always', billed: 'each', qps: 2 })
    expect(endpoint.verdicts).toBe(baidu.errors)
  })
})

it.each([
  [
    generalBasic,
    'HUN',
    'the general editions read CHN_ENG, ENG, JAP, KOR, FRE, SPA, POR, GER, ITA, RUS; for others use an accurate edition',
  ],
  [
    general,
    'auto_detect',
    'the general editions read CHN_ENG, ENG, JAP, KOR, FRE, SPA, POR, GER, ITA, RUS; for others use an accurate edition',
  ],
  [accurate, 'LAT', `the accurate editions read ${baidu.accurateLanguages.join(', ')}`],
])('$id refuses the language %s and says which it reads', (endpoint, language_type, message) => {
  expect(issues(endpoint, { image, language_type })).toEqual([['language_type', message]])
})

it('lists 10 languages for the general editions and 25 for the accurate', () => {
  expect([baidu.generalLanguages.length, new Set(baidu.accurateLanguages).size]).toEqual([10, 25])
})

it.each([
  [
    generalBasic,
    '/rest/2.0/ocr/v1/general_basic',
    [
      ['2024-11-03', 4, 4096],
      ['2024-07-31', 8, 4096],
    ],
  ],
  [
    general,
    '/rest/2.0/ocr/v1/general',
    [
      ['2024-11-03', 4, 4096],
      ['2024-07-31', 8, 4096],
    ],
  ],
  [
    accurateBasic,
    '/rest/2.0/ocr/v1/accurate_basic',
    [
      ['2024-11-03', 10, 8192],
      ['2026-08', 10, 8192],
    ],
  ],
  [
    accurate,
    '/rest/2.0/ocr/v1/accurate',
    [
      ['2024-11-03', 10, 8192],
      ['2026-08', 10, 8192],
    ],
  ],
])('$id stands at its path with its dated limits', (endpoint, path, limits) => {
  expect([
    endpoint.path,
    endpoint.image.map(({ date, encodedBytes, longest }) => [date, encodedBytes / 1024 ** 2, longest]),
  ]).toEqual([path, limits])
  expect(endpoint.image.map(({ shortest, formats, urlBytes }) => [shortest, formats, urlBytes])).toEqual([
    [15, ['jpg', 'png', 'bmp'], 1024],
    [15, ['jpg', 'png', 'bmp'], 1024],
  ])
})

describe('their schemas', () => {
  it('can be extended, by fields of either form of zod', () => {
    const more = z.extend(generalBasic.input, { eng_granularity: zod.z.enum(['word', 'letter']).optional() })

    expect(more.parse({ url, eng_granularity: 'word' })).toEqual({ url, eng_granularity: 'word' })
    expect(more.safeParse({ url, eng_granularity: 'line' }).error?.issues[0]?.path).toEqual(['eng_granularity'])
  })

  it('become JSON Schema', () => {
    const { properties, additionalProperties } = zod.z.toJSONSchema(general.input, { unrepresentable: 'any' })

    expect([properties?.['recognize_granularity'], additionalProperties]).toEqual([
      { type: 'string', enum: ['big', 'small'] },
      false,
    ])
  })
})

describe('baidu.token', () => {
  const input = { grant_type: 'client_credentials', client_id: 'key', client_secret: 'secret' }

  it('takes the two keys', () => {
    expect(token.input.parse(input)).toEqual(input)
  })

  it.each([
    ['an empty key', { ...input, client_id: '' }],
    ['another grant', { ...input, grant_type: 'password' }],
    ['an unknown field', { ...input, scope: 'public' }],
  ])('refuses %s', (_, value) => {
    expect(token.input.safeParse(value).success).toBe(false)
  })

  it('reads the reply of the documentation', () => {
    const reply = {
      access_token: '24.a.2592000.1.282335-1',
      expires_in: 2592000,
      scope: 'public',
      refresh_token: '25.b',
      session_key: 'c',
      session_secret: 'd',
    }

    expect(token.output.parse(reply)).toEqual(reply)
  })

  it('refuses a reply without a token', () => {
    expect(token.output.safeParse({ access_token: '', expires_in: 1 }).success).toBe(false)
  })

  it('is free, may be asked again, and has its own codes', () => {
    expect([token.path, token.billed, token.repeatable, token.verdicts]).toEqual([
      '/oauth/2.0/token',
      'free',
      'always',
      baidu.oauthErrors,
    ])
  })
})

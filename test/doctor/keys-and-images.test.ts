/** What the vendor's own checks find without a network. */
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { baiduChecks } from '../../packages/ocr/src/doctor/baidu-checks.ts'
import { keyFlaws } from '../../packages/ocr/src/doctor/key-flaws.ts'
import { nearest } from '../../packages/ocr/src/doctor/nearest.ts'
import { examined } from './examined.ts'
import { temporaryFolder } from './temporary-folder.ts'

const apiKey = 'a1B2c3D4e5F6g7H8i9J0k1L2'
const secretKey = 'Z9y8X7w6V5u4T3s2R1q0P9o8N7m6L5k4'

describe('keyFlaws()', () => {
  it.each([
    [secretKey, []],
    [`${secretKey}\n`, ['line-break 33 U+000A']],
    [`${secretKey}\r\n`, ['line-break 33 U+000D']],
    [` ${secretKey}`, ['space 1 U+0020']],
    [`${secretKey.slice(0, 8)}\t${secretKey.slice(8)}`, ['space 9 U+0009']],
    [`\u00a0${secretKey}`, ['space 1 U+00A0']],
    [`\ufeff${secretKey}`, ['bom 1 U+FEFF']],
    [`钥\u200b${secretKey}`, ['zero-width 4 U+200B']],
    ['ＡＢＣ', ['full-width 1 U+FF21']],
    [`${secretKey}\u3000`, ['full-width 33 U+3000']],
    [`"${secretKey}"`, ['quotes 1 U+0022']],
    [`“${secretKey}”`, ['quotes 1 U+201C']],
    [`export BAIDU_SECRET_KEY=${secretKey}`, ['space 7 U+0020', 'assignment 1 U+0065']],
    [`SECRET_KEY="${secretKey}"`, ['assignment 1 U+0053']],
    ['your_api_key', ['placeholder 1 ']],
    ['你的SECRET_KEY', ['placeholder 1 ']],
    ['[调用鉴权接口获取的token]', ['placeholder 1 ']],
    ['xxxxxxxx', ['placeholder 1 ']],
    [`${secretKey}é`, ['not-ascii 33 U+00E9']],
  ])('%j', (value, flaws) => {
    expect(keyFlaws(value).map(({ kind, byte, shown }) => `${kind} ${byte} ${shown}`)).toEqual(flaws)
  })
})

describe('credentials', () => {
  it.each([
    [apiKey, secretKey, ['credentials.good']],
    [apiKey, apiKey, ['credentials.same']],
    [secretKey, apiKey, ['credentials.swapped']],
    ['bce-v3/ALTAK-0123456789', secretKey, ['credentials.iam']],
    [apiKey, secretKey.slice(0, -1), ['credentials.good', 'credentials.length']],
    ['', '', ['credentials.none']],
  ])('holds %j and %j to what a pair of keys is', async (one, other, found) => {
    const env = { BAIDU_API_KEY: one, BAIDU_SECRET_KEY: other, XDG_CONFIG_HOME: '/nowhere' }
    const [result] = await examined({ origin: 'https://a.example', checks: baiduChecks(), only: ['credentials'], env })
    expect(result?.findings.map(({ id }) => id)).toEqual(found)
    for (const key of [apiKey, secretKey]) expect(JSON.stringify(result)).not.toContain(key.slice(0, 12))
  })
})

describe('image', () => {
  const image = async (file: string) => {
    const [result] = await examined({
      origin: 'https://a.example',
      checks: baiduChecks({ image: file }),
      only: ['image'],
    })
    return result?.findings.map(({ id, facts }) => [id, facts['code']].filter(Boolean).join(' '))
  }
  const invoice = join(import.meta.dirname, '../../examples/images/invoice-en.png')

  it('goes by the bytes, and says that the name does not', async () => {
    await using folder = temporaryFolder()
    const named = join(folder.path, 'scan.jpg')
    cpSync(invoice, named)
    expect(await image(invoice)).toEqual(['image.good'])
    expect(await image(named)).toEqual(['image.good', 'image.extension'])
  })

  it('refuses what no endpoint takes', async () => {
    await using folder = temporaryFolder()
    const text = join(folder.path, 'base64.png')
    writeFileSync(text, 'data:image/png;base64,iVBORw0KGgo=')
    expect(await image(text)).toEqual(['image.refused IMAGE_FORMAT'])
    expect(await image(join(folder.path, 'none.png'))).toEqual(['image.refused FILE_NOT_FOUND'])
    expect(await image(folder.path)).toEqual(['image.refused FILE_IS_DIRECTORY'])
  })
})

it.each([
  ['apikey', 'apiKey'],
  ['api_key', 'apiKey'],
  ['secret', undefined],
  ['secretKye', 'secretKey'],
])('takes %j for %j', (word, near) => {
  expect(nearest(word, ['apiKey', 'secretKey'])).toBe(near)
})

import { Buffer } from 'node:buffer'
import { Secret } from '@penstock/core'
import { environmentSecrets, gate, gateStream, masked, maskedData, SecretFoundError } from '@penstock/core/diagnose'
import { describe, expect, it } from 'vitest'
import { encodings } from '../support/encodings.ts'

const value = `k&y "<T0ken>'7+/=ü-${'x'.repeat(3)}`
const key = new Secret('api_key', value)
// asked of the secret itself, for it is looked for as long as somebody holds it
const mark = () => String(key)

const refusal = (act: () => unknown): SecretFoundError => {
  try {
    act()
  } catch (error) {
    return error as SecretFoundError
  }
  throw new Error('nothing was thrown')
}

describe('a secret', () => {
  it.each(Object.entries(encodings))('is found as %s', (_, encode) => {
    const text = `before ${encode(value)} after`
    expect(text.includes(encode(value))).toBe(true)
    expect(masked(text)).toContain(mark())
    expect(masked(text)).not.toContain(encode(value).slice(4, -4))
    expect(() => gate('file', text)).toThrow(SecretFoundError)
  })

  it.each(['', 'u', 'us', 'use', 'user:'])('is found in base64 behind “%s”, and before something', (prefix) => {
    const text = Buffer.from(`${prefix}${value}; and more`).toString('base64')
    expect(() => gate('file', text)).toThrow(SecretFoundError)
  })

  it('is found in bytes', () => {
    expect(() => gate('file', Buffer.from(value))).toThrow(SecretFoundError)
  })

  it('of five characters is not looked for, of six it is', () => {
    const keys = [new Secret('short', 'q7#z9'), new Secret('longer', 'w8#y0k')]
    expect(masked('q7#z9 w8#y0k')).toBe(`q7#z9 ${String(keys[1])}`)
  })
})

it('made of nothing, by who writes no types, breaks no exit', () => {
  const held = new Secret('none', undefined as unknown as string)
  expect([masked('some text'), held.reveal()]).toEqual(['some text', undefined])
})

describe('what stands in a secret', () => {
  it.each([
    ['a bearer without its scheme', 'Bearer tok-4711-0815', 'tok-4711-0815'],
    ['the password of basic authorization', `Basic ${Buffer.from('me:pass-4712-a').toString('base64')}`, 'pass-4712-a'],
    ['a cookie', 'lang=zh; sid=sess-4713-bcd', 'sess-4713-bcd'],
    ['what stands before a line break', 'pasted-4714\n', 'pasted-4714'],
    ['a line of a key', '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END KEY-----', 'MIIEvQIBADANBgkqhkiG9w0B'],
  ])('is found: %s', (_, whole, part) => {
    const held = new Secret('held', whole)
    expect(masked(`a ${part} b`)).toBe(`a ${String(held)} b`)
  })

  it('is not what is too short to be one, nor the frame of a key', () => {
    const held = [
      new Secret('a', 'lang=zh-Hans; sid=1'),
      new Secret('b', '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0C\n'),
    ]
    expect([masked('zh-Hans -----BEGIN KEY-----'), held.length]).toEqual(['zh-Hans -----BEGIN KEY-----', 2])
  })
})

describe('masked', () => {
  it('puts the mark in the place of each, and leaves the rest', () => {
    expect(masked(`一 ${value} 二 ${value}${value}`)).toBe(`一 ${mark()} 二 ${mark()}${mark()}`)
  })

  it('hides both of two that overlap', () => {
    const held = [new Secret('one', 'abcdefgh1234'), new Secret('two', '1234ijklmnop')]
    expect(masked('<abcdefgh1234ijklmnop>')).toBe(`<${held.join('')}>`)
  })

  it('takes the longer of two that begin alike', () => {
    const held = [new Secret('part', 'zyxwvut-'), new Secret('whole', 'zyxwvut-9876')]
    expect(masked('zyxwvut-9876')).toBe(String(held[1]))
  })

  it('finds one that was made after the last search', () => {
    expect(masked('later-made-5150')).toBe('later-made-5150')
    const later = new Secret('later', 'later-made-5150')
    expect(masked('later-made-5150')).toBe(String(later))
  })

  it('hands back data that is clean, and masks keys and values of what is not', () => {
    const clean = { a: [1, 'two', null, undefined] }
    expect(maskedData(clean)).toBe(clean)
    expect(maskedData({ [value]: [value, 1, null, { deep: `${value}!` }] })).toEqual({
      [mark()]: [mark(), 1, null, { deep: `${mark()}!` }],
    })
  })
})

describe('gate', () => {
  it('hands on what is clean, untouched', () => {
    const bytes = Buffer.from('clean')
    expect(gate('file', bytes)).toBe(bytes)
    expect(gate('file', 'clean')).toBe('clean')
  })

  it.each([
    ['a.json', JSON.stringify({ log: { entries: [{}, { url: value }] } }, null, 2), 'log.entries[1].url', 'JSON'],
    ['a.ndjson', `{"a":1}\n${JSON.stringify({ a: { b: ['', value] } })}\n`, 'line 2: a.b[1]', 'JSON'],
    ['a.txt', `one\ntwo ${value}`, 'line 2, column 5', 'plain'],
    ['a.html', `<p>ü${Buffer.from(value).toString('hex')}`, 'line 1, column 5', 'hex'],
  ])('says where in %s, and shows nothing', (artefact, content, where, spelling) => {
    const error = refusal(() => gate(artefact, content))
    expect(error).toMatchObject({ code: 'SECRET_FOUND', artefact, mark: mark(), spelling, where })
    expect(error.message).toBe(`${artefact} is not written: ${mark()} stands in it as ${spelling}, at ${where}`)
    expect(error.zh.message).toBe(`未写入 ${artefact}：其中 ${where} 处含有 ${mark()}（${spelling}）`)
  })

  it('shows no secret in the path to a secret either', () => {
    expect(refusal(() => gate('f', JSON.stringify({ [value]: { x: value } }))).message).not.toContain('T0ken')
  })
})

describe('gateStream', () => {
  const through = async (...pieces: string[]) => {
    const out: Uint8Array[] = []
    for await (const piece of gateStream(
      'file',
      pieces.map((piece) => Buffer.from(piece)),
    ))
      out.push(piece)
    return Buffer.concat(out).toString()
  }

  it('hands on every byte, in order', async () => {
    const long = '0123456789'.repeat(500)
    expect(await through('a', long, '', 'b', long)).toBe(`a${long}b${long}`)
  })

  it('finds a secret that is cut in two at any place', async () => {
    for (let cut = 0; cut <= value.length; cut++)
      await expect(through(`${'.'.repeat(2000)}${value.slice(0, cut)}`, `${value.slice(cut)}...`)).rejects.toThrow(
        'file is not written',
      )
  })

  it('has passed on nothing of it', async () => {
    const seen: string[] = []
    const pieces = ['.'.repeat(5000), ...value].map((piece) => Buffer.from(piece))
    await expect(async () => {
      for await (const piece of gateStream('file', pieces)) seen.push(Buffer.from(piece).toString())
    }).rejects.toThrow(`byte 5000`)
    expect(/^\.+$/.test(seen.join(''))).toBe(true)
  })
})

it('forgets a secret with the last who holds it', async () => {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const hold = () => new WeakRef(new Secret('gone', 'forgotten-9000'))
  const gone = hold()
  masked('so that the search knows it')
  for (let turn = 0; turn < 20 && gone.deref() !== undefined; turn++) {
    await new Promise(setImmediate)
    collect()
  }
  expect([gone.deref(), masked('forgotten-9000')]).toEqual([undefined, 'forgotten-9000'])
})

it('searches a megabyte in less than a frame of a slow film, however many secrets there are', () => {
  const held = Array.from({ length: 200 }, (_, index) => new Secret('many', `many-${index}-${'q'.repeat(30)}`))
  const text = 'the quick brown fox jumps over the lazy dog '.repeat(23_000)
  masked(text)
  const from = performance.now()
  expect(masked(text)).toBe(text)
  expect([performance.now() - from < 250, held.length]).toEqual([true, 200])
})

describe('environmentSecrets', () => {
  it.each([
    ['BAIDU_SECRET_KEY', 'env-canary-1', ['env-canary-1']],
    ['npm_token', 'env-canary-2', ['env-canary-2']],
    ['TENCENTCLOUD_SECRET_ID', 'env-canary-3', []],
    ['OPENAI_API_KEY', 'env-canary-4', ['env-canary-4']],
    ['HTTPS_PROXY', 'http://me:pa%40ss-canary@proxy.example:3128', ['pa%40ss-canary', 'pa@ss-canary']],
    ['DATABASE_URL', 'postgres://me:%zz-canary@db/x', ['%zz-canary']],
    ['TOKEN_FILE', '/run/secrets/token', []],
    ['all_proxy', 'me:bare-canary@proxy.example:1080', ['bare-canary']],
    ['HTTP_PROXY', 'http://proxy.example:3128', []],
    ['PATH', '/usr/bin:/bin', []],
    ['EMPTY_TOKEN', '', []],
    ['TOKEN_STYLE', 'disabled', []],
  ])('of %s=%s are %j', (name, text, secrets) => {
    expect(environmentSecrets({ [name]: text, NONE: undefined }).map((one) => one.reveal())).toEqual(secrets)
  })
})

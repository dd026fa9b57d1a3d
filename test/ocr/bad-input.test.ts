/** What cannot be sent is refused before anything is sent, with a code, its cause and what to do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repliesJson, scriptedTransport } from '@penstock/core/testing'
import { baidu } from '@penstock/ocr'
import { createCanvas } from '@napi-rs/canvas'
import { afterAll, describe, expect, it } from 'vitest'
import { drawnText } from '../support/images.ts'

const folder = mkdtempSync(join(tmpdir(), 'penstock-bad-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, bytes: Uint8Array | string) => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const jpeg = await createCanvas(200, 100).encode('jpeg')
const png = await drawnText('x')
/** A PNG padded to a size by a chunk that no reader minds. */
function padded(size: number): Uint8Array {
  const end = png.subarray(-12)
  const filler = Buffer.alloc(size - png.length)
  filler.writeUInt32BE(filler.length - 12, 0)
  filler.write('prVt', 4, 'latin1')
  for (let at = 8; at < filler.length - 4; at++) filler[at] = (at * 7919) & 255
  return Buffer.concat([png.subarray(0, -12), filler, end])
}

const ok = { log_id: 1, words_result_num: 0, words_result: [] }
function set() {
  const transport = scriptedTransport(repliesJson({ access_token: 't', expires_in: 2592000 }), repliesJson(ok))
  return { transport, ocr: baidu({ apiKey: 'k', secretKey: 's' }, { origin: 'https://aip.baidubce.com', transport }) }
}

type Input = Record<string, unknown>
const refused: readonly [
  name: string,
  endpoint: 'generalBasic' | 'accurateBasic',
  input: Input,
  code: string,
  cause: RegExp,
][] = [
  ['an empty file', 'generalBasic', { image: file('empty.png', '') }, 'IMAGE_EMPTY', /empty\.png has 0 bytes/],
  [
    'a text file named .png',
    'generalBasic',
    { image: file('text.png', 'hello, I am text\n') },
    'IMAGE_FORMAT',
    /text\.png is text, not an image/,
  ],
  [
    'a truncated JPEG',
    'generalBasic',
    { image: file('cut.jpg', jpeg.subarray(0, -20)) },
    'IMAGE_TRUNCATED',
    /cut\.jpg breaks off after \d+ bytes/,
  ],
  [
    'a single pixel',
    'generalBasic',
    { image: await createCanvas(1, 1).encode('png') },
    'IMAGE_TOO_SMALL',
    /1×1 pixels; its shortest side must be at least 15/,
  ],
  [
    '9 000 pixels',
    'accurateBasic',
    { image: await createCanvas(9000, 20).encode('png') },
    'IMAGE_SIDE_TOO_LONG',
    /9000×20 pixels; its longest side may be 8192/,
  ],
  [
    '12 MB',
    'accurateBasic',
    { image: padded(12_000_000) },
    'IMAGE_TOO_LARGE',
    /takes \d+ bytes once encoded; at most 10485760/,
  ],
  ['a missing file', 'generalBasic', { image: join(folder, 'none.png') }, 'FILE_NOT_FOUND', /none\.png/],
  ['a directory', 'generalBasic', { image: folder }, 'FILE_IS_DIRECTORY', /director/],
  [
    'two sources',
    'generalBasic',
    { image: png, url: 'https://x.example/a.png' },
    'TWO_SOURCES',
    /both image and url are given/,
  ],
  ['no source', 'generalBasic', {}, 'NO_SOURCE', /one of image, url, pdf_file, ofd_file is required/],
  ['an unknown option', 'generalBasic', { image: png, detect_direktion: true }, 'INPUT_INVALID', /detect_direktion/],
  ['a path alone', 'generalBasic', 'photo.png' as never, 'INPUT_INVALID', /expected object, received string/],
  ['nothing at all', 'generalBasic', undefined as never, 'INPUT_INVALID', /expected object, received undefined/],
  [
    'a language of another endpoint',
    'generalBasic',
    { image: png, language_type: 'HUN' },
    'INPUT_INVALID',
    /language_type: .*accurate edition/,
  ],
  [
    'a url of 1 100 bytes',
    'generalBasic',
    { url: `https://x.example/${'a'.repeat(1082)}` },
    'URL_TOO_LONG',
    /1100 bytes; at most 1024/,
  ],
]

describe('is refused before anything is sent', () => {
  it.each(refused)('%s', async (_, endpoint, input, code, cause) => {
    const { transport, ocr } = set()
    const error = await ocr[endpoint](input as never).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code,
      kind: 'input',
      message: expect.stringMatching(cause),
      hint: expect.stringMatching(/\w{3}/),
    })
    expect((error as { zh: { message: string; hint: string } }).zh).toEqual({
      message: expect.stringMatching(/[\u4e00-\u9fff]|INPUT|language_type|detect/),
      hint: expect.stringMatching(/[\u4e00-\u9fff]/),
    })
    expect(transport.calls).toEqual([])
  })
})

describe('is sent, with a note in the ledger', () => {
  it('what only the older of two dated limits forbids: 5 MB encoded', async () => {
    const { ocr, transport } = set()
    const image = padded(3_530_000)
    const page = await ocr.generalBasic({ image })
    expect(transport.calls.length).toBe(2)
    expect(page.explain()).toContain('sent, though IMAGE_TOO_LARGE: one dated limit forbids it and another allows it')
  })

  it('a ratio beyond 1:4', async () => {
    const { ocr, transport } = set()
    const page = await ocr.generalBasic({ image: await drawnText('wide', 1000, 100) })
    expect(transport.calls.length).toBe(2)
    expect(page.explain()).toContain('beyond the ratio of 1:4')
  })
})

it('says that a page number without its document is to be left out', async () => {
  await expect(set().ocr.general({ image: png, pdf_file_num: 2 })).rejects.toMatchObject({
    code: 'PAGE_WITHOUT_DOCUMENT',
    hint: 'Leave the page number out, or give the document it belongs to.',
  })
})

it.each(['idcard', 'toString'])('recognize() names the endpoints there are when asked for %s', async (endpoint) => {
  await expect(set().ocr.recognize(png, { endpoint: endpoint as never })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: `recognize(): there is no endpoint ${endpoint}; there are generalBasic, accurateBasic, general, accurate`,
  })
})

it.each(['', ' key', 'key\n'])('refuses the key %j when the client is made', (apiKey) => {
  expect(() => baidu({ apiKey, secretKey: 's' })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('api_key') }),
  )
})

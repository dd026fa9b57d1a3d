import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type Emulator, startEmulator } from '@penstock/ocr/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawn } from '../support/canvas.ts'
import { drawLines } from '../support/draw-lines.ts'
import { emulatorClient } from '../support/emulator-client.ts'

let emulator: Emulator
let client: ReturnType<typeof emulatorClient>

beforeAll(async () => {
  emulator = await startEmulator({ limits: { encodedBytes: 40_000, longest: 1000 } })
  client = emulatorClient(emulator)
})
afterAll(() => emulator.close())

const blank = (width: number, height: number) => drawn(width, height, () => {}).toString('base64')
const small = blank(100, 40)
const plus = 'iVBO+aaa'
const text = Buffer.from('this is no picture').toString('base64')
const pdf = Buffer.from('%PDF-1.7').toString('base64')

describe('a request is refused', () => {
  it.each<[string, Record<string, string>, number, string, string?]>([
    ['without any document', {}, 216101, 'not enough param'],
    ['with an empty image, even beside a url', { image: '', url: 'http://127.0.0.1/' }, 216200, 'empty image'],
    ['with text in place of an image', { image: text }, 216201, 'image format error'],
    ['with a data: prefix', { image: `data:image/png;base64,${small}` }, 216201, 'image format error'],
    ['with more bytes than allowed', { image: 'A'.repeat(40_004) }, 216202, 'image size error'],
    ['with a side too long', { image: blank(1001, 20) }, 216202, 'image size error'],
    ['with a side too short', { image: blank(100, 14) }, 216202, 'image size error'],
    [
      'with half a picture',
      { image: Buffer.from(small, 'base64').subarray(0, 40).toString('base64') },
      216201,
      'image format error',
    ],
    ['with a language of another endpoint', { image: small, language_type: 'THA' }, 216100, 'invalid param'],
    ['with a flag that is neither', { image: small, probability: 'yes' }, 216100, 'invalid param'],
    ['with a granularity unknown', { image: small, recognize_granularity: 'tiny' }, 216100, 'invalid param', 'general'],
    ['with no url at all in url', { url: 'nonsense' }, 282111, 'url format illegal'],
    ['with a url too long', { url: `http://127.0.0.1/${'x'.repeat(1024)}` }, 282114, 'url size error'],
    ['with a url of another machine', { url: 'http://example.com/a.png' }, 282112, 'url download timeout'],
    ['with a PDF, which the emulator cannot open', { pdf_file: pdf }, 216102, 'service not support'],
    ['with a PDF that is none', { pdf_file: text }, 216201, 'image format error'],
  ])('%s', async (_, fields, error_code, error_msg, endpoint) => {
    const { status, text, json } = await client.recognize(fields, endpoint)

    expect({ status, ...json }).toEqual({ status: 200, error_code, error_msg, log_id: expect.any(Number) })
    expect(text).toMatch(/^\{"log_id":\d{19},/)
  })

  it('where the picture’s plus signs were not escaped', async () => {
    const path = `/rest/2.0/ocr/v1/general_basic?access_token=${await client.token()}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { json } = await client.send(path, { method: 'POST', headers, body: `image=${plus}` })

    expect(json.error_code).toBe(216201)
  })

  it.each([
    ['a path that is not there', '/rest/2.0/ocr/v1/general-basic', 'POST'],
    ['a GET', '/rest/2.0/ocr/v1/general_basic', 'GET'],
  ])('for %s', async (_, path, method) => {
    const { json } = await client.send(path, { method })

    expect(json).toEqual({ error_code: 3, error_msg: 'Unsupported openapi method' })
  })
})

describe('a request passes', () => {
  it('when its size is that of the limit, counted as it is sent', async () => {
    const { json } = await client.recognize({ image: '/'.repeat(13_332) })

    expect(json.error_code).toBe(216201)
  })

  it('as multipart', async () => {
    const body = new FormData()
    body.set('image', small)
    const path = `/rest/2.0/ocr/v1/general_basic?access_token=${await client.token()}`
    const { json } = await client.send(path, { method: 'POST', body })

    expect(json).toMatchObject({ words_result_num: 0, words_result: [] })
  })

  it('with flags as Python writes them', async () => {
    expect((await client.recognize({ image: small, probability: 'True' })).json.words_result_num).toBe(0)
  })

  it('with an image beside a url, which is ignored', async () => {
    expect((await client.recognize({ image: small, url: 'nonsense' })).json.words_result_num).toBe(0)
  })

  it('with a url of this machine', async () => {
    const picture = drawLines(['Harbour'])
    const server = createServer((_, response) => response.end(picture)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { json } = await client.recognize({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.png` })
    server.close()

    expect(json.words_result).toEqual([{ words: 'Harbour' }])
  })
})

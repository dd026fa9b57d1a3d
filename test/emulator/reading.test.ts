import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@penstock/ocr/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chineseInvoice, englishInvoice } from '../fixtures/invoices.ts'
import { chinese, english } from '../fixtures/sentences.ts'
import { invoiceText } from '../support/draw-invoice.ts'
import { drawLines } from '../support/draw-lines.ts'
import { editDistance } from '../support/edit-distance.ts'
import { emulatorClient } from '../support/emulator-client.ts'
import { random, sample } from '../support/random.ts'
import { vendorSdk } from '../support/vendor-sdk.ts'

const image = (name: string) => readFileSync(join(import.meta.dirname, '../../examples/images', name))

let emulator: Emulator
let client: ReturnType<typeof emulatorClient>

beforeAll(async () => {
  emulator = await startEmulator()
  client = emulatorClient(emulator)
})
afterAll(() => emulator.close())

type WordsResult = { readonly words_result: readonly { readonly words: string }[] }
const linesOf = ({ words_result }: WordsResult) => words_result.map(({ words }) => words)
const read = async (picture: Buffer, fields: Record<string, string> = {}, endpoint?: string) =>
  (await client.recognize({ image: picture.toString('base64'), ...fields }, endpoint)).json

/** The share of drawn characters that came back. */
const likeness = (drawn: readonly string[], found: readonly string[]): number => {
  const text = drawn.join('').replaceAll(' ', '')
  return 1 - editDistance(text, found.join('').replaceAll(' ', '')) / text.length
}

describe('the vendor’s own SDK', () => {
  it.each(['generalBasic', 'accurateBasic'])('reads the English invoice exactly by %s', async (method) => {
    const reply = await vendorSdk(emulator)[method](image('invoice-en.png').toString('base64'))

    expect(linesOf(reply)).toEqual(invoiceText(englishInvoice))
  })

  it.each(['generalBasic', 'accurateBasic'])('reads the Chinese invoice by %s', async (method) => {
    const reply = await vendorSdk(emulator)[method](image('invoice-zh.png').toString('base64'), { probability: true })

    expect(likeness(invoiceText(chineseInvoice), linesOf(reply))).toBeGreaterThanOrEqual(0.95)
  })

  it('resolves with the vendor’s error for a wrong secret', async () => {
    const sdk = vendorSdk({ ...emulator, secretKey: 'wrong' })

    expect(await sdk.generalBasic('')).toEqual({ error_code: 14, error_msg: 'IAM Certification failed' })
  })
})

describe('a picture of sentences that nobody has seen', () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6))

  it(`is read, English exactly and Chinese by 95 % (SEED=${seed})`, async () => {
    const chance = random(seed)
    const drawn = { zh: sample(chinese, 6, chance), en: sample(english, 6, chance) }
    const found = linesOf(await read(drawLines(drawn.zh.flatMap((line, index) => [line, drawn.en[index]!]))))
    const isChinese = (line: string) => /\p{Script=Han}/u.test(line)

    expect(found.filter((line) => !isChinese(line))).toEqual(drawn.en)
    expect(likeness(drawn.zh, found.filter(isChinese))).toBeGreaterThanOrEqual(0.95)
  })
})

describe('what is asked for', () => {
  const picture = drawLines(['Harbour Lane', 'Two tickets'])
  const probability = { average: expect.any(Number), min: expect.any(Number), variance: expect.any(Number) }

  it('is answered, and nothing else', async () => {
    expect(await read(picture)).toEqual({
      log_id: expect.any(Number),
      words_result_num: 2,
      words_result: [{ words: 'Harbour Lane' }, { words: 'Two tickets' }],
    })
  })

  it('may be everything of a basic endpoint', async () => {
    const fields = { detect_direction: 'true', detect_language: 'true', paragraph: 'true', probability: 'true' }

    const { paragraphs_result, paragraphs_result_num, ...rest } = await read(picture, fields)

    expect(rest).toEqual({
      log_id: expect.any(Number),
      direction: 0,
      language: 0,
      words_result_num: 2,
      words_result: [
        { words: 'Harbour Lane', probability },
        { words: 'Two tickets', probability },
      ],
    })
    expect(
      paragraphs_result.flatMap((paragraph: { words_result_idx: number[] }) => paragraph.words_result_idx),
    ).toEqual([0, 1])
    expect(paragraphs_result_num).toBe(paragraphs_result.length)
  })

  it('may be where each line and character stands', async () => {
    const { words_result } = await read(
      picture,
      { vertexes_location: 'true', recognize_granularity: 'small' },
      'general',
    )
    const { location, vertexes_location, chars } = words_result[0]
    const { left, top, width, height } = location

    expect(chars.map(({ char }: { char: string }) => char).join('')).toBe('HarbourLane')
    expect(Math.abs(left - 48) + Math.abs(top + height - 64)).toBeLessThan(8)
    expect(vertexes_location).toEqual([
      { x: left, y: top },
      { x: left + width, y: top },
      { x: left + width, y: top + height },
      { x: left, y: top + height },
    ])
  })

  it.each([
    [1, 3],
    [2, 2],
    [3, 1],
  ] as const)('may be the direction of a picture turned clockwise %i times: %i', async (turns, direction) => {
    const turned = drawLines(['Harbour Lane', 'Two tickets'], { turns })
    const fields = { detect_direction: 'true', vertexes_location: 'true' }
    const reply = await read(turned, fields, 'general')
    const upright = (await read(picture, {}, 'general')).words_result[0].location
    const [corner] = reply.words_result[0].vertexes_location
    const { width, height } = { width: turned.readUInt32BE(16), height: turned.readUInt32BE(20) }
    const [x, y] = [
      [upright.left, upright.top],
      [width - upright.top, upright.left],
      [width - upright.left, height - upright.top],
      [upright.top, height - upright.left],
    ][turns]!

    expect([reply.direction, linesOf(reply)]).toEqual([direction, ['Harbour Lane', 'Two tickets']])
    expect(Math.abs(corner.x - x!) + Math.abs(corner.y - y!)).toBeLessThan(4)
  })

  it('is nothing on a blank picture', async () => {
    expect(await read(drawLines([' ']), { detect_direction: 'true' })).toMatchObject({
      direction: -1,
      words_result: [],
    })
  })
})

describe('log_id', () => {
  it('is a bare number that no double holds', async () => {
    const { text } = await client.recognize({ image: drawLines([' ']).toString('base64') })
    const [, digits] = /"log_id":(\d+),/.exec(text)!

    expect(BigInt(digits!)).not.toBe(BigInt(Number(digits)))
  })
})

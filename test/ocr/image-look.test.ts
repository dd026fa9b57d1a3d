import { createCanvas } from '@napi-rs/canvas'
import { assert, constantFrom, property, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodedSize } from '../../packages/ocr/src/image/encoded-size.ts'
import { look } from '../../packages/ocr/src/image/look.ts'

const canvas = createCanvas(40, 20)
canvas.getContext('2d').fillText('penstock', 2, 15)
const png = canvas.toBuffer('image/png')
const jpg = canvas.toBuffer('image/jpeg')
const webp = canvas.toBuffer('image/webp')

/** A BMP of 24 bits a pixel; a negative height stores its rows top down. */
const bmp = (width: number, height: number) => {
  const pixels = Math.ceil((width * 3) / 4) * 4 * Math.abs(height)
  const bytes = Buffer.alloc(54 + pixels, 0xff)
  bytes.fill(0, 0, 54)
  bytes.write('BM')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(54, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  return bytes
}

/** The JPEG with a thumbnail, itself a whole JPEG, in an APP1 segment at its front, as cameras write it. */
const withThumbnail = () => {
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(jpg.length + 2, 2)
  return Buffer.concat([jpg.subarray(0, 2), head, jpg, jpg.subarray(2)])
}

const seen = (bytes: Uint8Array, name?: string) => {
  const found = look(bytes, name)
  return found.failed ? [found.code, found.cause.en] : [found.format, found.width, found.height, found.bytes]
}

describe('look', () => {
  it.each([
    ['a PNG', png, 'png', 40, 20],
    ['a JPEG', jpg, 'jpg', 40, 20],
    ['a JPEG with a thumbnail', withThumbnail(), 'jpg', 40, 20],
    ['a JPEG with bytes after its end', Buffer.concat([jpg, Buffer.from('maker note')]), 'jpg', 40, 20],
    ['a BMP', bmp(7, 5), 'bmp', 7, 5],
    ['a BMP that is stored top down', bmp(7, -5), 'bmp', 7, 5],
    ['a WebP', webp, 'webp', 40, 20],
    ['an image of one pixel', createCanvas(1, 1).toBuffer('image/png'), 'png', 1, 1],
  ])('sees format and sides of %s', (_, bytes, format, width, height) => {
    expect(look(bytes)).toEqual({ failed: false, format, width, height, bytes: bytes.length })
  })

  it('sees an image in the middle of a larger buffer', () => {
    const around = Buffer.concat([Buffer.alloc(9, 0xff), jpg, Buffer.alloc(9, 0xff)])

    expect(seen(around.subarray(9, 9 + jpg.length))).toEqual(['jpg', 40, 20, jpg.length])
  })

  it('goes by the bytes, not by the name', () => {
    expect(seen(png, 'photo.bmp')).toEqual(['png', 40, 20, png.length])
  })

  it('refuses 0 bytes', () => {
    expect(look(new Uint8Array(), 'scan.png')).toEqual({
      failed: true,
      code: 'IMAGE_EMPTY',
      cause: { en: 'scan.png has 0 bytes', zh: 'scan.png 为 0 字节' },
      advice: { en: 'Check that it was written, or read, to its end.', zh: '请检查文件是否写入或读取完整。' },
    })
  })

  it.each([
    ['text with the name of an image', Buffer.from('Dear Sir,\r\n\tyours'), 'letter.png is text, not an image'],
    ['text that begins as a BMP does', Buffer.from('BMW, a car maker of Munich'), 'letter.png is text, not an image'],
    ['Chinese text', Buffer.from('百度文字识别'), 'letter.png is text, not an image'],
    ['a PDF', Buffer.from('%PDF-1.7\n'), 'letter.png is a PDF, not an image'],
    ['junk', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 'letter.png is unknown data, not an image'],
    ['one byte', Uint8Array.of(0xff), 'letter.png is text, not an image'],
  ])('refuses %s', (_, bytes, cause) => {
    expect(seen(bytes, 'letter.png')).toEqual(['IMAGE_FORMAT', cause])
  })

  it.each([
    ['a PDF', '%PDF-1.7\n', 'Give it as pdf_file.'],
    ['text', 'iVBORw0KGgo=', 'Give the bytes of a PNG, JPEG or BMP, not base64.'],
  ])('says what to do with %s', (_, text, advice) => {
    expect(look(Buffer.from(text))).toMatchObject({ advice: { en: advice } })
  })

  it.each([
    ['a JPEG', jpg, 'EOI (FF D9)'],
    ['a JPEG whose thumbnail is whole', withThumbnail(), 'EOI (FF D9)'],
    ['a PNG', png, 'IEND'],
    ['a BMP', bmp(7, 5), `${bmp(7, 5).length} bytes`],
  ])('refuses %s without its last bytes', (_, bytes, lacking) => {
    const cut = bytes.subarray(0, -1)

    expect(seen(cut)).toEqual([
      'IMAGE_TRUNCATED',
      `the image breaks off after ${cut.length} bytes: it lacks ${lacking}`,
    ])
  })

  it.each([
    ['a JPEG', jpg],
    ['a JPEG with a thumbnail', withThumbnail()],
    ['a PNG', png],
    ['a BMP', bmp(7, 5)],
  ])('refuses %s cut off anywhere', (_, bytes) => {
    const passed = Array.from({ length: bytes.length }, (_, end) => end).filter(
      (end) => !look(bytes.subarray(0, end)).failed,
    )

    expect(passed).toEqual([])
  })

  it('refuses a JPEG that ends before its sides are told', () => {
    expect(seen(Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0xd9))).toEqual([
      'IMAGE_TRUNCATED',
      'the image breaks off after 8 bytes: it lacks its size',
    ])
  })

  it('never throws', () => {
    const heads = [png.subarray(0, 20), jpg.subarray(0, 20), bmp(2, 2).subarray(0, 30), Buffer.alloc(0)]
    assert(
      property(constantFrom(...heads), uint8Array({ maxLength: 64 }), (head, tail) => {
        expect([true, false]).toContain(look(Buffer.concat([head, tail])).failed)
      }),
    )
  })
})

describe('encodedSize', () => {
  it('is what base64 and url escaping make of any bytes', () => {
    assert(
      property(uint8Array({ maxLength: 40 }), (bytes) => {
        expect(encodedSize(bytes)).toBe(encodeURIComponent(Buffer.from(bytes).toString('base64')).length)
      }),
    )
  })

  it.each([
    [[], 0],
    [[0xff], 10],
    [[0xff, 0xff], 10],
    [[0xff, 0xff, 0xff], 12],
    [[0, 0, 0], 4],
    [[0xfb, 0xef, 0xbe], 12],
  ])('of %j is %i', (bytes, size) => {
    expect(encodedSize(Uint8Array.from(bytes))).toBe(size)
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText } from '../../packages/core/src/decode/charset.ts'

const bytes = (...of: number[]) => Uint8Array.from(of)

describe('decodeText', () => {
  it('reads UTF-8 where nothing else is said', () => {
    const text = Buffer.from('发票 é')

    expect(decodeText(text)).toBe('发票 é')
    expect(decodeText(text, 'application/json')).toBe('发票 é')
    expect(decodeText(text, 'text/plain; charset=UTF8')).toBe('发票 é')
    expect(decodeText(text, 'no media type')).toBe('发票 é')
    expect(decodeText(bytes())).toBe('')
  })

  it.each([
    ['gbk', [0xb7, 0xa2, 0xc6, 0xb1], '发票'],
    ['"GBK"', [0xb7, 0xa2, 0xc6, 0xb1], '发票'],
    ['gb2312', [0xb7, 0xa2, 0xc6, 0xb1], '发票'],
    ['GB18030', [0x90, 0x30, 0x81, 0x30], '\u{10000}'],
    ['big5', [0xb5, 0x6f, 0xb2, 0xbc], '發票'],
    ['Shift_JIS', [0x93, 0xfa, 0x96, 0x7b], '日本'],
    ['euc-kr', [0xc7, 0xd1], '한'],
    ['utf-16le', [0xd1, 0x53, 0x68, 0x79], '发票'],
    ['utf-16be', [0x53, 0xd1, 0x79, 0x68], '发票'],
    ['latin1', [0xe9, 0x41], 'éA'],
    ['ISO-8859-1', [0xe9, 0x41], 'éA'],
  ])('reads charset=%s', (charset, given, text) => {
    expect(decodeText(Uint8Array.from(given), `text/html; charset=${charset}`)).toBe(text)
  })

  it.each([
    ['UTF-8', [0xef, 0xbb, 0xbf], [0xc3, 0xa9]],
    ['UTF-16 LE', [0xff, 0xfe], [0xe9, 0]],
    ['UTF-16 BE', [0xfe, 0xff], [0, 0xe9]],
  ])('believes the mark of %s more than the header, and leaves it out', (_, mark, letter) => {
    expect(decodeText(bytes(...mark, ...letter))).toBe('é')
    expect(decodeText(bytes(...mark, ...letter), 'text/plain; charset=gbk')).toBe('é')
    expect(decodeText(bytes(...mark), 'text/plain; charset=gbk')).toBe('')
  })

  it.each([
    [[0xef, 0xbb, 0x41]],
    [[0xef, 0x41, 0xbf]],
    [[0x41, 0xbb, 0xbf]],
    [[0xff, 0x41]],
    [[0x41, 0xfe]],
    [[0xfe, 0x41]],
    [[0x41, 0xff]],
  ])('takes %j for no mark', (given) => {
    expect(decodeText(Uint8Array.from(given), 'text/plain; charset=x-user-defined')).toBe(
      String.fromCharCode(...given.map((byte) => (byte < 0x80 ? byte : 0xf700 + byte))),
    )
  })

  it('reads a charset that nobody knows as UTF-8', () => {
    expect(decodeText(Buffer.from('é'), 'text/plain; charset=klingon')).toBe('é')
    expect(decodeText(Buffer.from('é'), 'text/plain; charset=utf-7')).toBe('é')
  })

  it('marks what is not text, and does not fail', () => {
    expect(decodeText(bytes(0x41, 0xff, 0x42, 0xe4, 0xb8))).toBe('A\u{fffd}B\u{fffd}')
    expect(decodeText(bytes(0x41, 0xff), 'text/plain; charset=gbk')).toBe('A\u{fffd}')
  })

  it('reads the view, not the memory around it', () => {
    const around = bytes(0x78, 0xc3, 0xa9, 0x78)

    expect(decodeText(around.subarray(1, 3))).toBe('é')
  })

  it('reads back whatever was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeText(Buffer.from(text), 'text/plain')).toBe(text.replace(/^\u{feff}/u, ''))
        expect(decodeText(Buffer.from(`\u{feff}${text}`, 'utf16le'))).toBe(text)
      }),
    )
  })
})

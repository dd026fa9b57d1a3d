import { randomFillSync } from 'node:crypto'
import querystring from 'node:querystring'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Body } from '../../packages/core/src/body.ts'
import { escapedLength } from '../../packages/core/src/encode/escaped-length.ts'
import { form, type FormValue } from '../../packages/core/src/encode/form.ts'

const pieces = (body: Body): Uint8Array[] => {
  if (body.kind === 'bytes') return [body.bytes]
  if (body.kind !== 'factory') throw new Error(`a ${body.kind} body`)
  return [...(body.open() as Iterable<Uint8Array>)]
}
const text = (fields: Record<string, FormValue>): string => Buffer.concat(pieces(form(fields).body)).toString('latin1')
const escaped = (bytes: Uint8Array): string => encodeURIComponent(Buffer.from(bytes).toString('base64'))
/** A form of one field `a` whose body is `length` bytes long. */
const ofLength = (length: number) => form({ a: 'x'.repeat(length - 2) }).body
/** The recipe of a large form, which takes back the pieces that are done with. */
const opened = (body: Body) =>
  (body as unknown as { open(): Generator<Uint8Array, void, Uint8Array | undefined> }).open()
const random = (length: number) => randomFillSync(new Uint8Array(length))

describe('form', () => {
  it('writes fields in their order, with their content type', () => {
    expect(form({ b: 'two', a: 1, c: true, d: false, e: -1.5, f: 12345678901234567890n })).toEqual({
      body: { kind: 'bytes', bytes: Buffer.from('b=two&a=1&c=true&d=false&e=-1.5&f=12345678901234567890') },
      contentType: 'application/x-www-form-urlencoded',
    })
  })

  it('is empty without fields', () => {
    expect(form({}).body).toEqual({ kind: 'bytes', bytes: Buffer.from('') })
  })

  it('leaves out what is undefined or null, also in lists, and keeps what is empty', () => {
    expect(text({ a: undefined, b: null, c: '', d: [1, null, 2, undefined], e: [], f: 0 })).toBe('c=&d=1&d=2&f=0')
  })

  it('repeats the name of a list', () => {
    expect(text({ a: ['x', 2, true, Uint8Array.of(251, 255)], z: 1 })).toBe('a=x&a=2&a=true&a=%2B%2F8%3D&z=1')
  })

  it.each([
    ['a b', 'a%20b'],
    ['a+b&c=d', 'a%2Bb%26c%3Dd'],
    ["!'()*", '%21%27%28%29%2A'],
    ['-._~', '-._~'],
    ['发票\n', '%E5%8F%91%E7%A5%A8%0A'],
    ['\u{d800}x', '%EF%BF%BDx'],
  ])('escapes %j in names and in values', (plain, encoded) => {
    expect(text({ [plain]: plain })).toBe(`${encoded}=${encoded}`)
  })

  it.each([
    [{ a: { b: 1 } }, 'The field "a" is of type object: it takes text, a finite number or a boolean'],
    [{ a: [[1]] }, 'The field "a" is of type object: it takes text, a finite number or a boolean'],
    [{ a: () => 1 }, 'The field "a" is of type function: it takes text, a finite number or a boolean'],
    [{ a: NaN }, 'The field "a" is NaN: it takes text, a finite number or a boolean'],
    [{ a: [Infinity] }, 'The field "a" is Infinity: it takes text, a finite number or a boolean'],
  ])('refuses %o', (fields, message) => {
    expect(() => form(fields as never)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID', message }))
  })

  it('is read back by both of the usual parsers, whatever is in it', () => {
    const scalar = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean())
    const value = fc.oneof(scalar, fc.array(scalar, { minLength: 1 }), fc.uint8Array({ maxLength: 40 }))
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), value, { noNullPrototype: true }),
        (fields) => {
          const plain = Object.entries(fields).flatMap(([name, given]) =>
            (Array.isArray(given) ? given : [given]).map((one) => [
              name,
              one instanceof Uint8Array ? Buffer.from(one).toString('base64') : String(one),
            ]),
          )
          const encoded = text(fields)
          const parsed = querystring.parse(encoded, '&', '=', { maxKeys: 0 })

          expect([...new URLSearchParams(encoded)]).toEqual(plain)
          expect(Object.entries(parsed).flatMap(([name, given]) => [given].flat().map((one) => [name, one]))).toEqual(
            plain,
          )
        },
      ),
    )
  })
})

describe('bytes in a form', () => {
  it.each([
    [[], ''],
    [[0], 'AA%3D%3D'],
    [[0, 0], 'AAA%3D'],
    [[0, 0, 0], 'AAAA'],
    [[255], '%2Fw%3D%3D'],
    [[251, 240], '%2B%2FA%3D'],
    [[255, 255, 255], '%2F%2F%2F%2F'],
    [[251, 239, 190], '%2B%2B%2B%2B'],
    [[255, 239, 254, 1, 2, 3, 4], '%2F%2B%2F%2BAQIDBA%3D%3D'],
    [[251, 239, 190, 255, 255, 255, 4], '%2B%2B%2B%2B%2F%2F%2F%2FBA%3D%3D'],
  ])('%j is %j', (bytes, encoded) => {
    expect(text({ a: Uint8Array.from(bytes) })).toBe(`a=${encoded}`)
  })

  it('of every value in every place come out as base64', () => {
    for (let value = 0; value < 256; value++)
      for (const bytes of [[value, 0, 0], [0, value, 0], [0, 0, value], [value], [0, value]].map((of) =>
        Uint8Array.from(of),
      ))
        expect(text({ a: bytes })).toBe(`a=${escaped(bytes)}`)
  })

  it('are counted and encoded exactly, pair of characters by pair', () => {
    const every = new Uint8Array(4096 * 3)
    for (let bits = 0; bits < 4096; bits++)
      every.set([bits >> 4, ((bits & 15) << 4) | (bits >> 8), bits & 255], bits * 3)
    // both halves of six bytes
    const shifted = every.subarray(3)

    expect(text({ a: every })).toBe(`a=${escaped(every)}`)
    expect(text({ a: shifted })).toBe(`a=${escaped(shifted)}`)
    expect(escapedLength(every)).toBe(escaped(every).length)
    expect(escapedLength(shifted)).toBe(escaped(shifted).length)
  })

  it('are counted exactly, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), (bytes) => {
        expect(escapedLength(bytes)).toBe(escaped(bytes).length)
      }),
    )
  })

  it('are those of the view, not of the memory around it', () => {
    const around = Uint8Array.of(9, 9, 251, 239, 190, 255, 9, 9)

    expect(text({ a: around.subarray(2, 6) })).toBe('a=%2B%2B%2B%2B%2Fw%3D%3D')
  })
})

describe('a large form', () => {
  it('is bytes below 64 KiB, and a recipe of known length from there on', () => {
    expect(ofLength(65_535)).toEqual({ kind: 'bytes', bytes: Buffer.from(`a=${'x'.repeat(65_533)}`) })
    expect(ofLength(65_536)).toEqual({ kind: 'factory', length: 65_536, open: expect.any(Function) })
  })

  it('is bytes just below 64 KiB when it ends in bytes, too', () => {
    const bytes = new Uint8Array(49_149)

    expect(form({ a: bytes }).body).toEqual({ kind: 'bytes', bytes: Buffer.from(`a=${'A'.repeat(65_532)}`) })
    expect(form({ abcde: bytes }).body).toMatchObject({ kind: 'factory', length: 65_538 })
  })

  it.each([49_150, 49_151, 49_152, 49_153, 98_300, 98_304, 98_306, 200_000, 200_001, 200_002])(
    'of %i bytes comes whole, between its neighbours',
    (length) => {
      for (const bytes of [random(length), new Uint8Array(length), new Uint8Array(length).fill(255)]) {
        const { body } = form({ before: 'é', image: bytes, after: [1, bytes.subarray(0, 5)] })
        const expected = `before=%C3%A9&image=${escaped(bytes)}&after=1&after=${escaped(bytes.subarray(0, 5))}`

        expect(Buffer.concat(pieces(body)).toString('latin1') === expected).toBe(true)
        expect(body).toMatchObject({ kind: 'factory', length: expected.length })
      }
    },
  )

  it('comes in pieces of 64 KiB, each filled but for what one escape may need', () => {
    const lengths = pieces(form({ note: 'y'.repeat(70_000), a: random(150_001), z: 1 }).body).map(
      ({ length }) => length,
    )

    expect(lengths[0]).toBe(65_536)
    expect(Math.max(...lengths)).toBe(65_536)
    expect(Math.min(...lengths.slice(0, -1))).toBeGreaterThan(65_536 - 26)
  })

  it('fills a piece while the longest escapes fit', () => {
    const worst = new Uint8Array(49_152).fill(255)

    expect(pieces(form({ a: worst }).body).map(({ length }) => length)).toEqual([65_522, 65_520, 65_520, 48])
  })

  it.each([
    [65_510, 12, [65_534, 27]],
    [65_510, 6, [65_536, 1]],
    [65_511, 6, [65_511, 27]],
    [65_511, 12, [65_511, 51]],
    [65_536, 0, [65_536, 3]],
  ])('after %i bytes of text goes on in the same piece while it has room: %i bytes', (before, length, expected) => {
    const text = 'x'.repeat(before - 'a=&b='.length)
    const { body } = form({ a: text, b: new Uint8Array(length).fill(255), c: '' })

    expect(pieces(body).map(({ length }) => length)).toEqual(expected)
  })

  it('yields no piece that is empty', () => {
    const { body } = form({ a: 'x'.repeat(65_531), b: new Uint8Array(0) })

    expect(pieces(body).map(({ length }) => length)).toEqual([65_536])
  })

  it('opens anew for every attempt, each in memory of its own', () => {
    const { body } = form({ image: random(100_000) })
    const [first, second] = [pieces(body), pieces(body)]

    expect(Buffer.concat(first).equals(Buffer.concat(second))).toBe(true)
    expect(new Set([...first, ...second].map(({ buffer }) => buffer)).size).toBe(first.length + second.length)
  })

  it('encodes into the pieces that are handed back', () => {
    const bytes = random(500_000)
    const { body } = form({ image: bytes })
    const given = opened(body)
    const memory = new Set<ArrayBufferLike>()
    let encoded = ''
    for (let next = given.next(); !next.done; next = given.next(next.value)) {
      memory.add(next.value.buffer)
      encoded += Buffer.from(next.value).toString('latin1')
    }

    expect(encoded === `image=${escaped(bytes)}`).toBe(true)
    expect(memory.size).toBe(1)
  })

  it('encodes into no memory but its own', () => {
    const bytes = random(100_000)
    const { body } = form({ image: bytes })
    const given = opened(body)
    let encoded = ''
    for (let next = given.next(); !next.done; next = given.next(new Uint8Array(3)))
      encoded += Buffer.from(next.value).toString('latin1')

    expect(encoded === `image=${escaped(bytes)}`).toBe(true)
  })

  it.each([
    ['more', 0, 255],
    ['less', 255, 0],
  ])('breaks off when its bytes change into %s than was counted', (_, before, after) => {
    const bytes = new Uint8Array(100_000).fill(before)
    const { body } = form({ image: bytes })
    bytes.fill(after)
    let sent = 0
    const read = () => {
      for (const piece of opened(body)) sent += piece.length
    }

    expect(read).toThrow(new TypeError('The bytes to send changed after their length was taken: hand in a copy'))
    expect(sent).toBeLessThanOrEqual((body as { length: number }).length)
  })
})

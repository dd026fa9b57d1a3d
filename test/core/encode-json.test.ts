import { randomFillSync } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { json } from '../../packages/core/src/encode/json.ts'
import { Secret } from '../../packages/core/src/secret.ts'

const written = (value: unknown): string => {
  const { body } = json(value)
  if (body.kind === 'text') return body.text
  if (body.kind === 'bytes') return Buffer.from(body.bytes).toString()
  return Buffer.concat([...(body as { open(): Iterable<Uint8Array> }).open()]).toString()
}
const random = (length: number) => Buffer.from(randomFillSync(new Uint8Array(length)))

describe('json', () => {
  it('is text, with its content type', () => {
    expect(json({ a: [1, 'é"', null, true], b: {} })).toEqual({
      body: { kind: 'text', text: '{"a":[1,"é\\"",null,true],"b":{}}' },
      contentType: 'application/json',
    })
  })

  it('writes what JSON.stringify writes, for whatever JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(written(value)).toBe(JSON.stringify(value))
      }),
    )
  })

  it('writes a bigint as a bare integer', () => {
    expect(written({ log_id: 12345678901234567890n, list: [-1n] })).toBe('{"log_id":12345678901234567890,"list":[-1]}')
  })

  it('leaves out properties that are undefined', () => {
    expect(written({ a: undefined, b: 1, c: undefined, d: { e: undefined }, f: 2 })).toBe('{"b":1,"d":{},"f":2}')
  })

  it('asks toJSON, with the key', () => {
    const asked = { toJSON: (key: string) => `for ${key}` }
    const silent = { toJSON: () => undefined }

    expect(written({ at: new Date(0), url: new URL('http://h/'), asked, list: [asked], silent })).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","url":"http://h/","asked":"for asked","list":["for 0"]}',
    )
    expect(written(asked)).toBe('"for "')
  })

  it('takes a toJSON that is no function for a property', () => {
    expect(written({ toJSON: 1 })).toBe('{"toJSON":1}')
  })

  it('writes the properties of any plain object, also one without prototype or of a class', () => {
    class Point {
      x = 1
    }

    expect(written([Object.assign(Object.create(null) as object, { a: 1 }), new Point()])).toBe('[{"a":1},{"x":1}]')
  })

  it('writes an object as often as it is met', () => {
    const shared = { a: [] }

    expect(written([shared, shared, { shared }])).toBe('[{"a":[]},{"a":[]},{"shared":{"a":[]}}]')
  })
})

describe('what JSON cannot say', () => {
  const self: Record<string, unknown> = {}
  self['list'] = [{ back: self }]

  it.each([
    ['a circle', { a: self }, 'json.a.list[0].back is an object that it is itself a part of'],
    ['a function', { a: { run: () => 1 } }, 'json.a.run is function'],
    ['a symbol', [Symbol('s')], 'json[0] is symbol'],
    ['undefined in a list', { a: [1, undefined] }, 'json.a[1] is undefined'],
    ['undefined alone', undefined, 'json is undefined'],
    ['a hole', { a: Array(1) }, 'json.a[0] is undefined'],
    ['NaN', { a: { b: 1 }, c: [[2], NaN] }, 'json.c[1] is NaN'],
    ['Infinity', -Infinity, 'json is -Infinity'],
    ['a Map', { a: new Map() }, 'json.a is a Map'],
    ['a Set', [new Set()], 'json[0] is a Set'],
    ['memory that is not bytes', { a: new Float32Array(1) }, 'json.a is a Float32Array'],
    ['bare memory', { a: new ArrayBuffer(1) }, 'json.a is a ArrayBuffer'],
    ['a Secret', { a: new Secret('key', 'x') }, 'json.a is a Secret, which only a layer may put on the wire'],
  ])('%s is refused by its place', (_, value, because) => {
    expect(() => json(value)).toThrow(
      expect.objectContaining({
        code: 'REQUEST_INVALID',
        message: `The request cannot be sent: ${because}, and JSON has no form for it`,
      }),
    )
  })
})

describe('bytes in JSON', () => {
  it.each([0, 1, 2, 3, 4])('become base64 text: %i of them', (length) => {
    const bytes = random(length)

    expect(json({ image: bytes, list: [1, bytes], last: 'é' })).toEqual({
      body: {
        kind: 'bytes',
        bytes: Buffer.from(
          `{"image":"${bytes.toString('base64')}","list":[1,"${bytes.toString('base64')}"],"last":"é"}`,
        ),
      },
      contentType: 'application/json',
    })
  })

  it('may be the whole value', () => {
    expect(written(Uint8Array.of(251, 255))).toBe('"+/8="')
  })

  it('are those of the view, not of the memory around it', () => {
    expect(written(Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4))).toBe('"AQID"')
  })

  it.each([49_149, 49_150, 49_151, 49_152, 98_301, 98_302, 98_304, 200_000, 200_001, 200_002])(
    'stream from 64 KiB on, whole and of known length: %i of them',
    (length) => {
      const bytes = random(length)
      const { body } = json({ image: bytes, list: [bytes.subarray(0, 4)] })
      const expected = JSON.stringify({
        image: bytes.toString('base64'),
        list: [bytes.subarray(0, 4).toString('base64')],
      })

      expect(body).toEqual({ kind: 'factory', length: expected.length, open: expect.any(Function) })
      expect(written({ image: bytes, list: [bytes.subarray(0, 4)] }) === expected).toBe(true)
    },
  )

  it('fill pieces of 64 KiB', () => {
    const { body } = json({ image: random(100_000) })
    const lengths = [...(body as { open(): Iterable<Uint8Array> }).open()].map(({ length }) => length)

    expect(lengths).toEqual([65_534, 65_536, 2278])
  })

  it('begin in the piece that the text before them leaves, if it has room for four characters', () => {
    const lengths = (before: number) => {
      const { body } = json({ a: 'x'.repeat(before - '{"a":"","b":"'.length), b: random(6) })
      return [...(body as { open(): Iterable<Uint8Array> }).open()].map(({ length }) => length)
    }

    expect(lengths(65_532)).toEqual([65_536, 6])
    expect(lengths(65_533)).toEqual([65_533, 10])
  })
})

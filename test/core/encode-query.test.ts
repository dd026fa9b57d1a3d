import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { query } from '../../packages/core/src/encode/query.ts'

describe('query', () => {
  it('writes values in their order and repeats the name of a list', () => {
    expect(query({ b: 'x', a: [1, true, 2n], c: -0.5 })).toBe('b=x&a=1&a=true&a=2&c=-0.5')
  })

  it('is empty without values', () => {
    expect(query({})).toBe('')
  })

  it('leaves out what is undefined or null, and keeps what is empty', () => {
    expect(query({ a: undefined, b: null, c: '', d: [undefined, 'x'], e: [] })).toBe('c=&d=x')
  })

  it('escapes all but unreserved characters, in names and in values', () => {
    expect(query({ "a b&=!'()*": '+/?#[]@:发-._~' })).toBe(
      'a%20b%26%3D%21%27%28%29%2A=%2B%2F%3F%23%5B%5D%40%3A%E5%8F%91-._~',
    )
  })

  it('refuses what has no text', () => {
    expect(() => query({ when: new Date(0) } as never)).toThrow(
      expect.objectContaining({
        code: 'REQUEST_INVALID',
        message: 'The field "when" is of type object: it takes text, a finite number or a boolean',
      }),
    )
  })

  it('is read back by URLSearchParams, and is ASCII', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (values) => {
        const text = query(values)

        expect([...new URLSearchParams(text)]).toEqual(Object.entries(values))
        expect(text).toMatch(/^[\w%=&.~-]*$/)
      }),
    )
  })
})

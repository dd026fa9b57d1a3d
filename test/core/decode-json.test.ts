import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../packages/core/src/decode/json.ts'

describe('parseJson', () => {
  it('reads what JSON.parse reads, but for integers that a number cannot hold', () => {
    const spoilt = (value: unknown) =>
      Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(Number(value)) < 1e21

    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
        // fast-check writes such a number in as many digits as tell it apart, which is how String writes it
        expect(parseJson(text)).toEqual(
          JSON.parse(text, (_, value: unknown) => (spoilt(value) ? String(value) : value)),
        )
      }),
    )
  })

  it.each([
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', '9007199254740992'],
    ['-9007199254740991', -9_007_199_254_740_991],
    ['-9007199254740992', '-9007199254740992'],
    ['18446744073709551615', '18446744073709551615'],
    ['1234567890123456', 1_234_567_890_123_456],
    ['-0', -0],
    ['1e400', Infinity],
    ['1e20', 1e20],
    ['12345678901234567890.5', 12345678901234567000],
    ['12345678901234567890.0', 12345678901234567000],
    ['12345678901234567890e1', 123456789012345680000],
    ['0.12345678901234567890', 0.12345678901234568],
    ['"12345678901234567890"', '12345678901234567890'],
  ])('reads %s as %o', (text, value) => {
    expect(parseJson(text)).toBe(value)
    expect(parseJson(`{"a":[${text}]}`)).toEqual({ a: [value] })
  })

  it('keeps every integer exact, at any depth', () => {
    const integer = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n })
    fc.assert(
      fc.property(fc.array(integer), (integers) => {
        const read = parseJson(`{"list":[${integers.map((one) => `{"id":${one}}`).join()}]}`)

        expect(read).toEqual({
          list: integers.map((one) => ({ id: Number.isSafeInteger(Number(one)) ? Number(one) : String(one) })),
        })
      }),
    )
  })

  it.each(['{"__proto__":{"admin":true}}', '{"__proto__":{"admin":true},"id":12345678901234567890}'])(
    'takes __proto__ for a property like any other: %s',
    (text) => {
      const value = parseJson(text) as { admin?: boolean }

      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect(Object.getOwnPropertyDescriptor(value, '__proto__')?.value).toEqual({ admin: true })
      expect(value.admin).toBe(undefined)
    },
  )

  it.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['<html>canary</html>', '19 characters that begin with "<"'],
    ['\n canary', '8 characters that begin with "c"'],
    ['{"token":"canary"', '17 characters that begin with "{" and break at 17'],
    ['{"token":canary}', '16 characters that begin with "{"'],
    ['{"a":1,}', '8 characters that begin with "{" and break at 7'],
    ['{"token":"canary', '16 characters that begin with "{" and break at 16'],
    ['{"a":', '5 characters that begin with "{" and break at 5'],
    ['[12345678901234567890,canary', '28 characters that begin with "["'],
  ])('says where %j breaks, and repeats none of it', (text, because) => {
    expect(() => parseJson(text)).toThrow(new SyntaxError(`The text is not JSON: ${because}`))
  })
})

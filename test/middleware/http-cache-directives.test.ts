import { describe, expect, it } from 'vitest'
import { directives, millisecondsOf } from '../../packages/middleware/src/http-cache/directives.ts'

describe('Cache-Control', () => {
  it.each<[string | undefined, readonly (readonly [string, string | true])[]]>([
    [undefined, []],
    ['', []],
    ['no-store', [['no-store', true]]],
    [
      'Max-Age=5, NO-CACHE',
      [
        ['max-age', '5'],
        ['no-cache', true],
      ],
    ],
    [
      'max-age = 5 ,private',
      [
        ['max-age', '5'],
        ['private', true],
      ],
    ],
    [
      'no-cache="set-cookie, x", max-age=1',
      [
        ['no-cache', 'set-cookie, x'],
        ['max-age', '1'],
      ],
    ],
    ['max-age=1, max-age=2', [['max-age', '1']]],
    ['private=""', [['private', '']]],
  ])('%j is read as %j', (header, read) => {
    expect([...directives(header)]).toEqual(read)
  })

  it.each([
    ['max-age=5', 5000],
    ['max-age', 0],
    ['max-age=5s', 0],
    ['max-age=x5', 0],
    ['other=5', 0],
  ])('%s is %i ms of max-age', (header, milliseconds) => {
    expect(millisecondsOf(directives(header), 'max-age')).toBe(milliseconds)
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillPath } from '../../packages/core/src/encode/path.ts'

describe('fillPath', () => {
  it('fills each name with one encoded segment', () => {
    expect(fillPath('/things/{id}/x/{page_no}.json', { id: 'a b', page_no: 7 })).toBe('/things/a%20b/x/7.json')
  })

  it('fills a name as often as it stands', () => {
    expect(fillPath('/{a}/{a}', { a: 'x' })).toBe('/x/x')
  })

  it('passes a path without names', () => {
    expect(fillPath('/things', {})).toBe('/things')
  })

  it.each([
    ['a/b', '/a%2Fb'],
    ['a?b#c', '/a%3Fb%23c'],
    ['%2e%2e', '/%252e%252e'],
    ['..\\', '/..%5C'],
    ['...', '/...'],
    ['$&', '/%24%26'],
    ['{id}', '/%7Bid%7D'],
  ])('keeps %j in its segment', (id, path) => {
    expect(fillPath('/{id}', { id })).toBe(path)
  })

  it.each([
    [{}, 'the path needs a value for {id}'],
    [{ id: undefined }, 'the path needs a value for {id}'],
    [{ id: null }, 'the path needs a value for {id}'],
    [{ id: '' }, '{id} in the path is empty'],
    [{ id: '.' }, '{id} in the path is a step to another path'],
    [{ id: '..' }, '{id} in the path is a step to another path'],
    [{ id: 1, other: 2 }, 'the path has no {other}'],
  ])('refuses %o', (params, because) => {
    expect(() => fillPath('/things/{id}', params as never)).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID', message: `The request cannot be sent: ${because}` }),
    )
  })

  it('refuses a value that has no text', () => {
    expect(() => fillPath('/{id}', { id: NaN })).toThrow(
      expect.objectContaining({
        code: 'REQUEST_INVALID',
        message: 'The field "id" is NaN: it takes text, a finite number or a boolean',
      }),
    )
  })

  it('takes no value from what every object inherits', () => {
    expect(() => fillPath('/{toString}', {})).toThrow(
      'The request cannot be sent: the path needs a value for {toString}',
    )
  })

  it('stays in one segment that reads back as the value, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }).filter((id) => id !== '.' && id !== '..'),
        (id) => {
          const { pathname, search, hash } = new URL(fillPath('/a/{id}/z', { id }), 'http://h')

          expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', id, 'z'])
          expect(search + hash).toBe('')
        },
      ),
    )
  })
})

import { header, headerList, retryAfter, revealed, Secret } from '@penstock/core'
import { describe, expect, it } from 'vitest'
import { lowerCased } from '../../packages/core/src/headers.ts'

const date = Date.parse('2026-01-01T00:00:00Z')

describe('Retry-After', () => {
  it.each([
    ['seconds', { 'retry-after': '3' }, 3000],
    ['a part of a second', { 'retry-after': '0.5' }, 500],
    ['nothing', {}, undefined],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['milliseconds, which win', { 'retry-after-ms': '250', 'retry-after': '3' }, 250],
    ['nonsense milliseconds', { 'retry-after-ms': 'x', 'retry-after': '3' }, 3000],
    ['a date, from our clock', { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5000],
    [
      'a date, from the server’s own',
      { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT', date: 'Thu, 01 Jan 2026 00:00:03 GMT' },
      2000,
    ],
    ['a dozen seconds', { 'retry-after': '12' }, 12_000],
    ['seconds with two digits behind the point', { 'retry-after': '1.25' }, 1250],
    ['seconds between spaces', { 'retry-after': ' 3 ' }, 3000],
    ['seconds and words, which are nonsense', { 'retry-after': '3 or so' }, undefined],
    ['words and seconds, which are nonsense', { 'retry-after': 'in about 3' }, undefined],
    ['a part of a millisecond', { 'retry-after-ms': '0.25' }, 0.25],
    ['milliseconds after a word, which are nonsense', { 'retry-after-ms': 'x5', 'retry-after': '3' }, 3000],
    ['milliseconds before a word, which are nonsense', { 'retry-after-ms': '5x', 'retry-after': '3' }, 3000],
    ['less than nothing, which is nonsense', { 'retry-after': '-5' }, undefined],
    ['a date as ISO 8601 has it', { 'retry-after': '2026-01-01T00:00:05Z' }, 5000],
    [
      'a date of a server that sends no date itself',
      { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT', date: 'today' },
      5000,
    ],
    ['a day of the week, which is no date', { 'retry-after': 'Monday' }, undefined],
    ['a date behind a word, which is nonsense', { 'retry-after': 'on Thu, 01 Jan 2026 00:00:05 GMT' }, undefined],
    ['the first of two', { 'retry-after': ['3', '5'] }, 3000],
    ['a date gone by', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
  ])('is read as %s', (_, headers, milliseconds) => {
    expect(retryAfter(headers, date)).toBe(milliseconds)
  })
})

it('gives the first value, or all', () => {
  const headers = { 'set-cookie': ['a', 'b'], etag: 'x' }
  expect([header(headers, 'set-cookie'), header(headers, 'etag'), header(headers, 'none')]).toEqual([
    'a',
    'x',
    undefined,
  ])
  expect([headerList(headers, 'set-cookie'), headerList(headers, 'etag'), headerList(headers, 'none')]).toEqual([
    ['a', 'b'],
    ['x'],
    [],
  ])
})

it('reveals secrets for the wire only', () => {
  const headers = { authorization: new Secret('token', 'canary'), accept: 'x', 'x-list': ['1', '2'], none: undefined }
  expect(revealed(headers)).toEqual({ authorization: 'canary', accept: 'x', 'x-list': ['1', '2'] })
  expect(Object.keys(revealed(headers))).toEqual(['authorization', 'accept', 'x-list'])
  expect(JSON.stringify(headers)).not.toContain('canary')
})

describe('names of headers', () => {
  it('come in lower case, and what is undefined is left out', () => {
    expect(Object.entries(lowerCased({ Accept: 'x', 'X-LIST': ['1'], none: undefined, etag: 'y' }))).toEqual([
      ['accept', 'x'],
      ['x-list', ['1']],
      ['etag', 'y'],
    ])
    expect(Object.entries(lowerCased({ accept: 'x', none: undefined }))).toEqual([['accept', 'x']])
  })

  it('that are as they should be cost no copy', () => {
    const headers = { accept: 'x', 'x-list': ['1'] }
    expect(lowerCased(headers)).toBe(headers)
  })

  it.each([
    ['fetch’s Headers', new Headers({ accept: 'x' })],
    ['a Map', new Map([['accept', 'x']])],
    ['a list', [['accept', 'x']]],
  ])('are refused in %s, which has no properties to read', (_, headers) => {
    expect(() => lowerCased(headers as never)).toThrow(
      expect.objectContaining({
        code: 'REQUEST_INVALID',
        message: expect.stringContaining('Object.fromEntries(headers)'),
      }),
    )
  })
})

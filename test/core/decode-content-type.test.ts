import { describe, expect, it } from 'vitest'
import { parseContentType } from '../../packages/core/src/decode/content-type.ts'

const parameters = (text: string) => Object.fromEntries(parseContentType(`a/b${text}`)?.parameters ?? [['none', '']])

describe('parseContentType', () => {
  it.each([
    ['application/json', 'application/json'],
    ['Text/HTML', 'text/html'],
    [' \ttext/html\t ', 'text/html'],
    ['application/vnd.a+json; charset=utf-8', 'application/vnd.a+json'],
    ["!#$%&'*+.^_`|~-9a/!#$%&'*+.^_`|~-9a", "!#$%&'*+.^_`|~-9a/!#$%&'*+.^_`|~-9a"],
  ])('reads the type of %j', (text, type) => {
    expect(parseContentType(text)?.type).toBe(type)
  })

  it.each([
    undefined,
    '',
    'text',
    'text/',
    '/html',
    'text/html json',
    'a b/c',
    'text/html, text/plain',
    ';charset=gbk',
    'é/x',
    'x,a/b',
  ])('knows no type in %j', (text) => {
    expect(parseContentType(text)).toBe(undefined)
  })

  it('reads parameters, names in lower case', () => {
    expect(parseContentType('text/plain; Charset=GBK;Format=flowed')).toEqual({
      type: 'text/plain',
      parameters: new Map([
        ['charset', 'GBK'],
        ['format', 'flowed'],
      ]),
    })
  })

  it.each([
    ['', {}],
    [';', {}],
    [';;charset=gbk', { charset: 'gbk' }],
    [' ;\t charset=gbk \t; x=1', { charset: 'gbk', x: '1' }],
    ['; charset="gbk" ', { charset: 'gbk' }],
    ['; charset=""', { charset: '' }],
    ['; a="x; b=1\\"\\\\y"; c=2', { a: 'x; b=1"\\y', c: '2' }],
    ['; a=1; A=2', { a: '1' }],
    ['; broken; a=1', { a: '1' }],
    ['; charset = utf-8; charset=gbk', { charset: 'gbk' }],
    ['; a=x y; b=1', { b: '1' }],
    ['; a="x" y; b=1', { b: '1' }],
    ['; a="x;b=2"y; b=1', { b: '1' }],
    ['; a=; b=1', { b: '1' }],
    ['; =x; b=1', { b: '1' }],
    ['; é=x; b=1', { b: '1' }],
    ['; a="x; b=1', { b: '1' }],
    ["; !#$%&'*+.^_`|~-9a=!#$%&'*+.^_`|~-9A", { "!#$%&'*+.^_`|~-9a": "!#$%&'*+.^_`|~-9A" }],
  ])('reads the parameters of a/b%s', (text, expected) => {
    expect(parameters(text)).toEqual(expected)
  })

  it('reads no further than 1024 characters', () => {
    const padded = (length: number) => `; a=1${' '.repeat(length - 3 - 5 - 4)}; b=${'x'.repeat(9)}`

    expect(parameters(padded(1020))).toEqual({ a: '1', b: 'x'.repeat(4) })
    expect(parameters(padded(2000))).toEqual({ a: '1' })
  })
})

/** What an error says of a value that a schema refused: where, in the schema's words, and not what it was. */
import type { SchemaIssue } from '@penstock/core'
import { describe, expect, it } from 'vitest'
import { issuesText } from '../../packages/core/src/validate.ts'

const said = (message: string, value: unknown) => issuesText([{ message }], value)

describe('the issues of a schema', () => {
  it('are told one after another, each with the path of its field', () => {
    const issues: readonly SchemaIssue[] = [
      { message: 'is wrong' },
      { message: 'is due', path: ['image'] },
      { message: 'is too long', path: ['words', 0, { key: 'text' }] },
      { message: 'is odd', path: [Symbol('own')] },
    ]
    expect(issuesText(issues, {})).toBe('is wrong; image: is due; words.0.text: is too long; Symbol(own): is odd')
  })

  it('are told up to where the value of their own field begins', () => {
    const value = { other: 'is due', words: [{ text: '13800138000' }] }
    const issues: readonly SchemaIssue[] = [
      { message: 'must be a number (was "13800138000")', path: ['words', 0, { key: 'text' }] },
      { message: 'is due', path: ['words'] },
      { message: 'is due', path: ['nothing', 'beneath'] },
    ]
    expect(issuesText(issues, value)).toBe(
      'words.0.text: must be a number (was a string; words: is due; nothing.beneath: is due',
    )
  })
})

describe('a value that a schema quotes', () => {
  it.each([
    ['in quotes', 'Expected a date but received "canary of a person"', 'canary of a person'],
    ['in single quotes', "Expected a date but received 'canary of a person'", 'canary of a person'],
    ['in backticks', 'Expected a date but received `canary of a person`', 'canary of a person'],
    ['in part', 'Expected a date but received "canary o…" (18 characters)', 'canary of a person'],
    ['without quotes', 'Expected a date but received canary of a person', 'canary of a person'],
    ['after itself without quotes', 'Expected a date but received "canary", so canary', 'canary'],
    ['before itself in quotes', 'Expected a date but received canary: "canary"', 'canary'],
    ['of one character, in quotes', 'Expected a date but received "c"', 'c'],
    ['of three characters, without quotes', 'Expected a date but received c-d', 'c-d'],
    ['that begins with a quote', String.raw`Expected a date but received "\"canary\""`, '"canary"'],
    ['with a line break that is written as one', String.raw`Expected a date but received "can\nary"`, 'can\nary'],
    ['with a quote that is escaped', String.raw`Expected a date but received 'can\'ary'`, "can'ary"],
    ['with a backslash that is doubled', String.raw`Expected a date but received "C:\\canary"`, String.raw`C:\canary`],
  ])('%s is left out', (_, message, value) => {
    expect(said(message, value)).toBe(`Expected a date but received a string`)
  })

  it.each([
    ['at the begin', '"canary" is no date', 'a string'],
    ['behind another quote', 'Expected "date" but received "canary"', 'Expected "date" but received a string'],
  ])('%s is left out, and the words around it stay', (_, message, expected) => {
    expect(said(message, 'canary')).toBe(expected)
  })

  it.each([
    ['an object', 'Expected string, actual {"name":"canary"}', { name: 'canary' }],
    ['a list', 'Expected string, actual ["canary"]', ['canary']],
  ])('as %s is left out', (_, message, value) => {
    expect(said(message, value)).toBe('Expected string, actual an object')
  })

  it.each<[number | bigint, string]>([
    [13_800_138_000, 'Expected a date but received a number'],
    [13_800_138_000n, 'Expected a date but received a bigint'],
  ])('as a number is left out: %s', (value, expected) => {
    expect(said(`Expected a date but received ${value}`, value)).toBe(expected)
  })
})

describe('words of a schema stay', () => {
  it.each([
    ['that have a short number in them', 'Expected <= 50 but received 51', 51],
    ['about two letters that stand in a word', 'Expected a date but received ex', 'ex'],
    ['about what is no text and no number', 'Expected string but received true', true],
    ['about an object, without what is in it', 'expected string, received object', { name: 'canary' }],
    ['about nothing', 'Expected string {a name} but received null', null],
    ['about what is not there', 'Expected undefined to be "undefined"', undefined],
    ['without the value', 'Expected a date', 'canary'],
  ])('%s', (_, message, value) => {
    expect(said(message, value)).toBe(message)
  })
})

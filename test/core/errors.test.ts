import { codes, ConfigError, InputError, isPenstockError, PenstockError } from '@penstock/core'
import { describe, expect, it } from 'vitest'

describe('an error', () => {
  it('has the kind and the advice of its code', () => {
    const error = new PenstockError('CIRCUIT_OPEN', 'open')
    const { kind, advice, meaning } = codes.CIRCUIT_OPEN
    expect({ ...error, zh: error.zh }).toEqual({
      code: 'CIRCUIT_OPEN',
      kind,
      hint: advice.en,
      zh: { message: meaning.zh, hint: advice.zh },
    })
  })

  it('has what it was given before that', () => {
    const hint = { en: 'Do.', zh: '做。' }
    const error = new PenstockError('CIRCUIT_OPEN', 'open', { kind: 'bug', hint, zh: '开' })
    expect({ ...error, zh: error.zh }).toEqual({
      code: 'CIRCUIT_OPEN',
      kind: 'bug',
      hint: 'Do.',
      zh: { message: '开', hint: '做。' },
    })
  })

  it('of a code that nobody knows is a bug, in its own words', () => {
    const error = new PenstockError('MINE', 'broken')
    expect({ ...error, zh: error.zh }).toEqual({
      code: 'MINE',
      kind: 'bug',
      hint: '',
      zh: { message: 'broken', hint: '' },
    })
  })

  it('has a cause only where one was given', () => {
    const cause = new Error('disk')
    expect(new PenstockError('MINE', 'broken', { cause }).cause).toBe(cause)
    expect('cause' in new PenstockError('MINE', 'broken')).toBe(false)
  })

  it.each([
    ['InputError', new InputError('MINE', 'broken'), 'input'],
    ['ConfigError', new ConfigError('MINE', 'broken'), 'config'],
  ])('of the class %s is written with its name, words and fields', (name, error, kind) => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({ name, message: 'broken', code: 'MINE', kind, hint: '' })
    expect(`${error.name} ${String(error)}`).toBe(`${name} ${name}: broken`)
  })

  it.each([
    ['an error of ours', new InputError('MINE', 'broken'), true],
    ['one of another copy', Object.assign(new Error('x'), { [Symbol.for('penstock.error')]: true }), true],
    ['another error', new Error('x'), false],
    ['no error', { [Symbol.for('penstock.error')]: true }, false],
    ['nothing', undefined, false],
  ])('is known among others: %s', (_, value, ours) => {
    expect(isPenstockError(value)).toBe(ours)
  })
})

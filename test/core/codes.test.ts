import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codes } from '@penstock/core'
import { describe, expect, it } from 'vitest'
import { errorsPage } from '../support/errors-page.ts'
import { modules } from '../support/modules.ts'

const sources = modules('packages/{core,middleware}/src/**/*.ts')

/** Codes that a source gives to a failure, a refusal or an error. */
const given = new Map(
  sources.flatMap(({ path, text }) =>
    [
      ...text.matchAll(/\b(?:refused|ConfigError|InputError|PenstockError)\(\s*'([A-Z][A-Z0-9_]+)'/g),
      ...text.matchAll(/\bnew Failure\(\s*[^,()]+,\s*'([A-Z][A-Z0-9_]+)'/g),
      ...text.matchAll(/\bcode: '([A-Z][A-Z0-9_]+)'/g),
    ].map(([, code]) => [code!, path] as const),
  ),
)

describe('every code', () => {
  it('that a layer or the core gives is listed', () => {
    const ours = [...given].filter(([code]) => !/^((UND_ERR|HPE)_|E[A-Z]+$)/.test(code))
    const unlisted = ours.filter(([code, path]) => !Object.hasOwn(codes, code) && !path.includes('/testing/'))
    expect(unlisted).toEqual([])
    expect(given.size).toBeGreaterThan(20)
  })

  it('that is listed is given by something', () => {
    const texts = sources.filter(({ path }) => !path.endsWith('codes.ts')).map(({ text }) => text)
    expect(Object.keys(codes).filter((code) => !texts.some((text) => text.includes(`'${code}'`)))).toEqual([])
  })

  it.each(Object.entries(codes))('%s is told in two languages, with what to do', (code, { meaning, advice }) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/)
    for (const { en, zh } of [meaning, advice]) {
      expect(en).toMatch(/^[A-Z][^\p{Script=Han}]*\.$/u)
      expect(zh).toMatch(/\p{Script=Han}.*。$/u)
    }
  })

  it('stands in docs/errors.md as it is (npm run errors-page)', () => {
    expect(readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')).toBe(errorsPage())
  })
})

/**
 * docs/contracts.md says what each layer promises, and names the tests that hold it. A promise without a test, and a test
 * that is not there, fail here.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { citations, holds, type Promised, promises } from './support/contracts.ts'
import { modules } from './support/modules.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const promised = promises(read('docs/contracts.md'))

it('has a section for every layer', () => {
  const layers = modules('packages/middleware/src/*.ts').map(({ path }) => path.replace(/^.*\//, '').replace('.ts', ''))
  const names = layers
    .filter((name) => name !== 'index' && name !== 'default-stack')
    .map((name) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()))
  const sections = new Set(promised.map(({ section }) => section))
  expect(names.filter((name) => !sections.has(name))).toEqual([])
})

it.each(promised.map((promise) => [`${promise.section}: ${promise.text}`, promise] as const))('%s', (_, promise) => {
  expect(promise.citations).not.toEqual([])
  expect(promise.citations.filter(({ file, title }) => !holds(read(file), title))).toEqual([])
})

describe('the check of promises', () => {
  const page = `## retry

Words between.

- It waits
  for as long as asked.
  [retry.test.ts](../test/middleware/retry.test.ts) “waits as asked”, “and no less”
  [limits.test.ts](../test/wire/limits.test.ts) “holds”
- It does nothing else.
`
  const [first, second] = promises(page) as [Promised, Promised]

  it('reads a promise with its tests', () => {
    expect(first).toEqual({
      section: 'retry',
      text: 'It waits for as long as asked.',
      citations: [
        { file: 'test/middleware/retry.test.ts', title: 'waits as asked' },
        { file: 'test/middleware/retry.test.ts', title: 'and no less' },
        { file: 'test/wire/limits.test.ts', title: 'holds' },
      ],
    })
  })

  it('sees one without', () => {
    expect(second).toEqual({ section: 'retry', text: 'It does nothing else.', citations: [] })
  })

  it('finds the title of a test, in any quotes, and no other text', () => {
    const source = `describe('a call', () => {\n  it.each([[1], [2]])(\n    'waits %s ms', () => {})\n  it("doesn't wait", () => {})\n  const text = 'no title'\n})`
    expect(
      ['a call', 'waits %s ms', 'doesn’t wait', "doesn't wait", 'no title', 'waits'].map((title) =>
        holds(source, title),
      ),
    ).toEqual([true, true, false, true, false, false])
  })

  it('takes nothing for a citation that is none', () => {
    expect(citations('as [the decision](decisions/retry.md) says')).toEqual([])
  })
})

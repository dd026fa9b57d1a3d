/** The figures of the pages are those that were kept: nobody mends a table by hand. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { filled, weighed } from './publish.ts'

const root = join(import.meta.dirname, '../..')

it.each([
  ['docs/performance.md', filled],
  ['README.md', weighed],
])('%s shows what was measured last', (path, publish) => {
  const page = readFileSync(join(root, path), 'utf8')

  expect(publish(page)).toBe(page)
})

/**
 * Bounds on what can be counted, so that no change makes calls dearer unseen. What time it takes is for `npm run bench`; what
 * an import loads, for `test/published.test.ts`.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Counted } from './gates/counted.ts'

const flags = ['--conditions=source', '--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64']
const program = join(import.meta.dirname, 'gates/counted.ts')
const counted: Counted = JSON.parse(execFileSync(process.execPath, [...flags, program], { encoding: 'utf8' }))

describe('a call that goes well, over a transport that answers at once', () => {
  // as measured, and a twentieth: lower them when a change has made it less
  it.each([
    ['no layer', 2_510, 5],
    ['eight async layers that do nothing', 6_030, 22],
    ['eight layers', 4_260, 5],
    ['defaultStack()', 4_130, 7],
    ['whole stack', 5_190, 7],
    ['whole stack, errors', 5_710, 7],
    ['whole stack, all', 16_700, 43],
  ])('%s: allocates at most %i bytes, and makes at most %i promises', (name, bytes, promises) => {
    const call = counted.calls[name]!

    expect(call.bytes).toBeLessThanOrEqual(bytes)
    expect(call.promises).toBeLessThanOrEqual(promises)
  })

  it('names every stack that was counted', () => {
    expect(Object.keys(counted.calls)).toHaveLength(7)
  })
})

it('100 000 calls through the default stack, one in ten of them repeated, leave nothing behind', () => {
  // two bytes a call: what the compiler and its caches keep
  expect(counted.left).toBeLessThan(200_000)
})

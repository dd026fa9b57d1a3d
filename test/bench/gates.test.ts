/** Bounds on what can be counted, so that no change makes calls dearer unseen. What time it takes is for `npm run bench`. */
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
    ['no layer', 2_780, 6],
    ['eight async layers that do nothing', 6_100, 22],
    ['eight layers', 5_970, 12],
    ['defaultStack()', 4_840, 10],
    ['whole stack', 6_700, 13],
    ['whole stack, errors', 6_960, 13],
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

describe('importing', () => {
  const hooks = `
    const { registerHooks } = await import('node:module')
    let files = 0
    registerHooks({ load(url, context, next) { files += url.startsWith('file:') ? 1 : 0; return next(url, context) } })`

  /** Files, ours and others', that a program has loaded at its end. */
  function loaded(program: string): number {
    const source = `${hooks};\n${program}\nconsole.log(files); process.exit()`
    const args = ['--conditions=source', '--no-warnings', '--input-type=module', '-e', source]
    return Number(execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' }))
  }

  it.each([
    ['core', `await import('@penstock/core')`, 105],
    ['core and middleware', `await import('@penstock/core'); await import('@penstock/middleware')`, 245],
    ['core and the undici transport', `(await import('@penstock/core/undici')).undiciTransport()`, 160],
    ['core and the got transport', `(await import('@penstock/core/got')).gotTransport()`, 105],
    ['testing', `await import('@penstock/core/testing')`, 140],
    ['ocr', `await import('@penstock/ocr')`, 430],
  ])('%s loads few files', (_, program, most) => {
    expect(loaded(program)).toBeLessThanOrEqual(most)
  })
})

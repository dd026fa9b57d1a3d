/** `penstock replay`, as its users run it: a process of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { client, flightOf, pipeline, type Stackable } from '@penstock/core'
import { replies, scriptedTransport, seeded, virtualClock } from '@penstock/core/testing'
import { defaultStack, retry, status } from '@penstock/middleware'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { penstock } from '../support/penstock.ts'

vi.setConfig({ testTimeout: 60_000 })

const home = mkdtempSync(join(tmpdir(), 'penstock-replay-'))
afterAll(() => rmSync(home, { recursive: true }))

const run = (...args: readonly string[]) => penstock(['replay', ...args], { cwd: home, env: { HOME: home } })

async function file(name: string, layers: readonly Stackable[]): Promise<string> {
  const clock = virtualClock()
  const http = client({
    pipeline: pipeline(layers as [], scriptedTransport(replies(503))),
    origin: 'https://api.example.com',
    clock,
    chance: seeded(7),
  })
  const calling = http.get('/').catch((error: unknown) => error)
  await clock.drain()
  writeFileSync(join(home, name), `${JSON.stringify(flightOf(await calling))}\n`)
  return name
}

describe('penstock replay', () => {
  it('prints each decision, and that they are the same', async () => {
    expect(await run(await file('a.penstock', defaultStack({ retry: { retries: 3 } })))).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^ +0 ms {2}#1 retry\.waits {2}waits .*\n.*#4 retry\.attempts_used.*STATUS_503 {2}the server answered 503\n$/s,
      ),
      err: expect.stringMatching(/^the same decisions as recorded, in \d+ ms of virtual time\n$/),
    })
  })

  it('prints what differs with the stack of a module', async () => {
    const flight = await file('b.penstock', [retry({ retries: 0 }), status()])
    writeFileSync(join(home, 'stack.mjs'), 'export default []\n')
    expect(await run(flight, '--stack', 'stack.mjs')).toEqual({
      code: 65,
      out: expect.stringMatching(/unknown\n$/),
      err: expect.stringMatching(
        /^✗ The replay decides otherwise.*- 0 ms #1 retry retry\.attempts_used.*\+ \(nothing\)/s,
      ),
    })
  })

  it('prints a test', async () => {
    const { code, out } = await run(await file('c.penstock', [status()]), '--as-test', '--stack', './stack.mjs')
    expect(code).toBe(0)
    expect(out).toContain("import stack from './stack.mjs'")
    expect(out).toContain("await replay('c.penstock', stack)")
  })

  it.each([
    ['a file that is not there', ['nowhere.penstock'], 66, /nowhere\.penstock cannot be read: ENOENT/],
    ['a module without a stack', ['c.penstock', '--stack', 'none.mjs'], 78, /none\.mjs has no default export/],
  ])('refuses %s', async (_, args, code, err) => {
    writeFileSync(join(home, 'none.mjs'), 'export const stack = 1\n')
    expect(await run(...args)).toEqual({ code, out: '', err: expect.stringMatching(err) })
  })
})

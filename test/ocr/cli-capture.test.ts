/** `--capture`, as its users run it: a process of its own. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { serving } from '../support/loopback.ts'
import { penstock } from '../support/penstock.ts'
import { tshark } from '../support/tshark.ts'

vi.setConfig({ testTimeout: 60_000 })

const root = join(import.meta.dirname, '../..')
const home = mkdtempSync(join(tmpdir(), 'penstock-capture-'))
afterAll(() => rmSync(home, { recursive: true }))
const image = join(root, 'examples/images/invoice-en.png')
const file = join(home, 'calls.pcapng')

const run = (...args: readonly string[]) => penstock(args, { cwd: home, env: { HOME: home } })

test('without consent nothing is sent and nothing is written', async () => {
  const { out, err, code } = await run('recognize', image, '--capture', file)
  expect({ out, code }).toEqual({ out: '', code: 78 })
  expect(err).toContain('say --yes to have that')
  expect(existsSync(file)).toBe(false)
})

test('with it the calls are in the file, and what shows each is said', async () => {
  const { err, code } = await run('recognize', image, '--capture', file, '--yes')
  expect(code).toBe(0)
  expect(err).toMatch(/^! .*calls\.pcapng takes down everything/m)
  const filter = /general$\n {2}(.*tcp\.port.*)$/m.exec(err)![1]!
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const asked = await tshark(
    file,
    ['http.request.method', 'http.request.uri.path'],
    '-Y',
    `http.request && (${filter})`,
  )
  expect(asked.map(([method]) => method)).toContain('POST')
  expect(asked.flat().some((path) => path.endsWith('/general'))).toBe(true)
})

test('the doctor’s requests are taken down too, and without consent it examines nothing', async () => {
  await using server = await serving((_, response) => response.end('ok'))
  const into = join(home, 'doctor.pcapng')
  const examine = (...consent: readonly string[]) =>
    run('doctor', `${server.origin}/things`, '--only', 'http', '--capture', into, ...consent)

  expect((await examine()).err).toContain('say --yes to have that')
  expect(existsSync(into)).toBe(false)
  expect((await examine('--yes')).err).toContain('takes down everything')
  const asked = await tshark(into, ['http.request.uri'], '-Y', 'http.request')
  expect(asked.flat()).toContain('/things')
})

/** `penstock bundle`, as its users run it: a process of its own. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { tooFast } from '../support/flights.ts'
import { penstock } from '../support/penstock.ts'

vi.setConfig({ testTimeout: 60_000 })

const home = mkdtempSync(join(tmpdir(), 'penstock-bundle-'))
afterAll(() => rmSync(home, { recursive: true }))

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  penstock(args, { cwd: home, env: { HOME: home, LANG: 'en_US.UTF-8', ...env } })

function file(name: string, text: string): string {
  writeFileSync(join(home, name), text)
  return name
}

const line = (because = 'too many') => `${JSON.stringify({ ...tooFast, failure: { ...tooFast.failure!, because } })}\n`
const inside = (name: string) =>
  Object.fromEntries(
    Object.entries(unzipSync(readFileSync(join(home, name)))).map(([entry, bytes]) => [
      entry,
      Buffer.from(bytes).toString(),
    ]),
  )

describe('penstock bundle', () => {
  it('puts the calls of its files into one', async () => {
    const files = [file('a.penstock', line()), file('b.penstock', line() + line())]
    expect(await run(['bundle', ...files, '-o', 'out.zip'])).toEqual({
      out: 'out.zip\n',
      err: expect.stringMatching(/^calls: 3; in it: README\.txt, flights\.ndjson, .*versions\.json\n$/),
      code: 0,
    })
    expect(inside('out.zip')['flights.ndjson']!.trimEnd().split('\n')).toHaveLength(3)
  })

  it('speaks Chinese, and takes the doctor’s findings along', async () => {
    const doctor = file('doctor.json', '{"checks":[]}')
    const { err } = await run(['bundle', file('a.penstock', line()), '--doctor', doctor, '--lang', 'zh'])
    expect(err).toContain('调用 1 个')
    const { 'README.txt': readme, 'doctor.json': findings } = inside('penstock-support.zip')
    expect([readme, findings]).toEqual([expect.stringContaining('支持包'), '{\n  "checks": []\n}\n'])
  })

  it('takes out the secrets of environment and configuration, and says so without showing them', async () => {
    mkdirSync(join(home, '.config/penstock'), { recursive: true })
    const config = join(home, '.config/penstock/config.json')
    writeFileSync(config, JSON.stringify({ baidu: { apiKey: 'config-canary-1', secretKey: 'config-canary-2' } }))
    chmodSync(config, 0o600)
    const canaries = ['config-canary-2', 'env-canary-3', 'proxy-canary-4']
    const { out, err, code } = await run(['bundle', file('c.penstock', line(canaries.join(' and '))), '-o', 'c.zip'], {
      SOME_TOKEN: 'env-canary-3',
      HTTPS_PROXY: 'http://me:proxy-canary-4@proxy.example:3128',
    })
    rmSync(config)
    expect(code).toBe(0)
    expect(err.match(/taken out: \d × ⟨\w+#/g)).toEqual([
      'taken out: 1 × ⟨HTTPS_PROXY#',
      'taken out: 1 × ⟨SOME_TOKEN#',
      'taken out: 1 × ⟨secret_key#',
    ])
    expect([out, err, ...Object.values(inside('c.zip'))].join('\n')).not.toMatch(/canary/)
  })

  it.each([
    ['a file that is not there', ['nowhere.penstock'], 66, 'FLIGHT_FILE'],
    [
      'findings that are none',
      ['a.penstock', '--doctor', 'a.penstock.x'],
      78,
      'a.penstock.x is no JSON of penstock doctor',
    ],
    [
      'a place where nothing can be written',
      ['a.penstock', '-o', 'no/where.zip'],
      73,
      '✗ no/where.zip cannot be written: ENOENT\n',
    ],
  ])('says in one line what is wrong with %s, and writes nothing', async (_, args, code, told) => {
    file('a.penstock', line())
    rmSync(join(home, 'penstock-support.zip'), { force: true })
    expect(await run(['bundle', ...args])).toEqual({ out: '', err: expect.stringContaining(told), code })
    expect(existsSync(join(home, 'penstock-support.zip'))).toBe(false)
  })
})

it('masks on stderr what the environment says is secret', async () => {
  expect((await run(['explain', 'env-canary-5'], { API_KEY: 'env-canary-5' })).err).toMatch(
    /Nothing is known of ⟨API_KEY#\w{6}⟩/,
  )
})

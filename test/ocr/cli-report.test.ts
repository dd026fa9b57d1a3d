/** `penstock report` and `--diagnose`, as their users run them: a process of its own. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { har, htmlReport, waterfall } from '@penstock/core/diagnose'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { flightWith, tooFast, tripOf } from '../support/flights.ts'
import { penstock } from '../support/penstock.ts'

vi.setConfig({ testTimeout: 60_000 })

const root = join(import.meta.dirname, '../..')
const home = mkdtempSync(join(tmpdir(), 'penstock-report-'))
afterAll(() => rmSync(home, { recursive: true }))

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input = '') =>
  penstock(args, { cwd: home, env: { HOME: home, LANG: 'en_US.UTF-8', ...env }, input })

function file(name: string, ...flights: object[]): string {
  writeFileSync(join(home, name), flights.map((flight) => `${JSON.stringify(flight)}\n`).join(''))
  return name
}

const quick = flightWith({ id: 5, trips: [tripOf({ phases: { wait: 100 } })] })
const slow = flightWith({ id: 6, took: 400, trips: [tripOf({ phases: { wait: 400 } })] })
const drawn = (flight: typeof quick, options = {}) =>
  waterfall(flight, { columns: 100, color: false, ascii: false, ...options })

describe('penstock report', () => {
  it('draws the calls that failed, and counts all', async () => {
    expect(await run(['report', file('a.penstock', quick, tooFast, slow)])).toEqual({
      out: `${drawn(tooFast)}\n`,
      err: 'calls: 3, failed: 1\n',
      code: 0,
    })
  })

  it('draws the slowest where none failed', async () => {
    expect((await run(['report', file('b.penstock', quick, slow)])).out).toBe(`${drawn(slow)}\n`)
  })

  it('--all draws every call, in ASCII and Chinese where that is asked for', async () => {
    const { out, err } = await run(['report', '--all', '--ascii', '--lang', 'zh', file('c.penstock', quick, tooFast)])

    expect(out).toBe([quick, tooFast].map((flight) => `${drawn(flight, { ascii: true, lang: 'zh' })}\n`).join('\n'))
    expect(err).toBe('调用 2 个，失败 1 个\n')
  })

  it('--json gives a line a call, with why it failed', async () => {
    const { out } = await run(['report', '--json', '-'], {}, `${JSON.stringify(tooFast)}\n{"schema":"torn`)

    expect(JSON.parse(out)).toMatchObject({ id: 1, conclusion: { cause: 'qps-limit' } })
  })

  it('--html writes a page of the calls shown, and says where', async () => {
    const { out, err, code } = await run([
      'report',
      '--html',
      'a.html',
      '--lang',
      'zh',
      file('h.penstock', quick, tooFast),
    ])

    expect([out, err, code]).toEqual(['a.html\n', '调用 2 个，失败 1 个\n', 0])
    expect(readFileSync(join(home, 'a.html'), 'utf8')).toBe(htmlReport([tooFast], { lang: 'zh' }))
  })

  it('--har writes an archive of them, beside a page where that is asked for too', async () => {
    const calls = file('k.penstock', quick, tooFast)
    const { out, code } = await run(['report', calls, '--all', '--har', 'k.har', '--html', 'k.html'])

    expect([out, code]).toEqual(['k.html\nk.har\n', 0])
    expect(JSON.parse(readFileSync(join(home, 'k.har'), 'utf8'))).toEqual(har([quick, tooFast]))
  })

  it('--har - prints it', async () => {
    const { out } = await run(['report', '--har', '-', file('l.penstock', tooFast)])
    expect(JSON.parse(out)).toEqual(har([tooFast]))
  })

  it.each(['--har', '--html'])(
    '%s makes a file for its owner alone, and writes over another only by force',
    async (flag) => {
      const calls = file('m.penstock', tooFast)
      const path = join(home, `m${flag}`)
      await run(['report', calls, flag, path])
      expect(statSync(path).mode & 0o777).toBe(0o600)

      writeFileSync(path, 'mine')
      chmodSync(path, 0o644)
      expect(await run(['report', calls, flag, path])).toEqual({
        out: '',
        err: `✗ ${path} is there already: give another name, or --force to write over it\n`,
        code: 73,
      })
      expect(readFileSync(path, 'utf8')).toBe('mine')

      expect((await run(['report', calls, flag, path, '--force'])).code).toBe(0)
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(readFileSync(path, 'utf8')).toContain('QPS_LIMIT')
    },
  )

  it('--html - prints it', async () => {
    expect((await run(['report', '--all', '--html', '-', file('i.penstock', quick, tooFast)])).out).toBe(
      `${htmlReport([quick, tooFast])}\n`,
    )
  })

  it('--html says what the disk refuses', async () => {
    expect(await run(['report', '--html', 'nowhere/a.html', file('j.penstock', tooFast)])).toEqual({
      out: '',
      err: '✗ nowhere/a.html cannot be written: ENOENT\n',
      code: 73,
    })
  })

  it.each([
    [
      'a file that is not there',
      ['report', 'nowhere.penstock'],
      66,
      /✗ FLIGHT_FILE \S+nowhere\.penstock cannot be read/,
    ],
    ['a file that is none', ['report', file('d.penstock', { schema: 'har/1' })], 65, /line 1: its schema is har\/1/],
    ['no file', ['report'], 64, /missing required argument/],
  ])('exits as it should for %s', async (_, args, code, err) => {
    expect(await run(args)).toEqual({ out: '', err: expect.stringMatching(err), code })
  })
})

describe('--diagnose', () => {
  const env = { BAIDU_API_KEY: 'k'.repeat(24), BAIDU_SECRET_KEY: 's'.repeat(32), BAIDU_ORIGIN: 'http://127.0.0.1:1' }
  const image = join(root, 'examples/images/invoice-en.png')

  it.each([['--diagnose'], ['--diagnose=errors'], ['--diagnose=all']])('%s draws a call that fails', async (flag) => {
    const { err, code } = await run(['recognize', flag, image], env)

    expect(err).toMatch(/^✗ baidu\.general {2}POST http:\/\/127\.0\.0\.1:1\/rest\/2\.0\/ocr\/v1\/general$/m)
    expect(err).toContain('∴ Nobody listens where 127.0.0.1:1 is to be')
    expect([/layers work/.test(err), code]).toEqual([flag === '--diagnose=all', 69])
  })

  it('=off and no word of it draw nothing', async () => {
    const ended = [[], ['--diagnose=off']].map((flags) => run([...flags, 'recognize', image], env))
    const texts = (await Promise.all(ended)).map(({ err }) => err)

    expect(texts.filter((text) => text.includes('∴'))).toEqual([])
  })

  it('is known to every command, and refuses a level that is none', async () => {
    expect(await run(['endpoints', '--diagnose'])).toMatchObject({ err: '', code: 0 })
    expect(await run(['endpoints', '--diagnose=loud'])).toMatchObject({ out: '', code: 64 })
  })
})

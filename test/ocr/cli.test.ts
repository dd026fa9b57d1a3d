/** The `penstock` command as its users run it: a process of its own. */
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { startEmulator } from '@penstock/ocr/emulator'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { penstock, startPenstock } from '../support/penstock.ts'

// a process of its own, and an OCR engine in some of them
vi.setConfig({ testTimeout: 60_000 })

const root = join(import.meta.dirname, '../..')
const home = mkdtempSync(join(tmpdir(), 'penstock-cli-'))
afterAll(() => rmSync(home, { recursive: true }))
const image = join(root, 'examples/images/invoice-en.png')

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  penstock(args, { cwd: home, env: { HOME: home, ...env } })

describe('penstock', () => {
  it.each([
    [['--help'], /Usage: +penstock .*read the text of images/s],
    [['recognize', '--help'], /--detect-direction .*--language-type .*auto_detect/s],
    [['emulate', '--help'], /--qps <n>/],
    [['--lang', 'zh', '--help'], /用法：.*识别图片中的文字/s],
    [['explain', '--lang=zh', '--help'], /说明错误码的含义与处理办法/],
    [['--version'], /^0\.1\.0\n$/],
  ])('helps: %j', async (args, text) => {
    expect(await run(args)).toEqual({ code: 0, out: expect.stringMatching(text), err: '' })
  })

  it.each([
    ['no command', ['recognize'], 64],
    ['an unknown option', ['recognize', '--nope', image], 64],
    ['an unknown endpoint', ['recognize', '--endpoint', 'idcard', image], 64],
    ['a port that is no number', ['emulate', '--port', 'x'], 64],
    ['a port beyond the last', ['emulate', '--port', '65536'], 64],
  ])('exits with a usage error for %s', async (_, args, code) => {
    expect(await run(args)).toEqual({ code, out: '', err: expect.stringMatching(/penstock --help/) })
  })

  it.runIf(existsSync('/dev/full'))(
    'says in one line that its output cannot be written, and exits with 74',
    async () => {
      const full = openSync('/dev/full', 'w')
      const child = startPenstock(['endpoints'], { stdio: ['pipe', full, 'pipe'] })
      const told = text(child.stderr!)
      expect([(await once(child, 'close'))[0], await told]).toEqual([74, '✗ ENOSPC: no space left on device, write\n'])
      closeSync(full)
    },
  )

  it('says in one line that a port is taken, and exits with 69', async () => {
    await using emulator = await startEmulator()
    const { port } = new URL(emulator.url)
    expect(await run(['emulate', '--port', port])).toEqual({
      code: 69,
      out: '',
      err: `✗ listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    })
  })

  it('explains a code in both languages, from the table that judges replies', async () => {
    expect((await run(['explain', '18'])).out).toMatch(
      /^baidu:18 QPS_LIMIT .*\n  What it means: .*\n  What to do: .*\n  Verdict: rate, another try may mend it\n  Source: https:/,
    )
    expect((await run(['explain', 'baidu:17', '--lang', 'zh'])).out).toMatch(
      /含义: .*[\u4e00-\u9fff].*\n  处理办法: .*\n  判定: quota, 重试无效/,
    )
    expect((await run(['explain', 'connection_reset'])).out).toMatch(/^CONNECTION_RESET\n/)
    expect(await run(['explain', 'nonsense'])).toMatchObject({
      code: 65,
      err: expect.stringMatching(/Nothing is known of nonsense/),
    })
  })

  it('lists endpoints with their limits', async () => {
    expect((await run(['endpoints'])).out.match(/^baidu\.\w+$/gm)).toEqual([
      'baidu.generalBasic',
      'baidu.accurateBasic',
      'baidu.general',
      'baidu.accurate',
    ])
  })
})

describe('penstock recognize', () => {
  it('reads text with the emulator when there are no credentials, and says so', async () => {
    const { code, out, err } = await run(['recognize', image, '--explain'])
    expect([code, out.split('\n')[0]]).toEqual([0, 'Harbour Lane Books'])
    expect(err).toMatch(
      /No credentials: using the emulator on this machine.*\nPOST http:\/\/127\.0\.0\.1:\d+\/rest\/2\.0\/ocr\/v1\/general\nok after 1 attempt/s,
    )
  })

  it('prints one JSON document a file, goes on after a failure, and exits 1 for some', async () => {
    const { code, out, err } = await run([
      'recognize',
      image,
      'none.png',
      '--format',
      'json',
      '--endpoint',
      'generalBasic',
      '--language-type',
      'ENG',
    ])
    const [read, failed] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(read).toMatchObject({
      vendor: 'emulator',
      endpoint: 'generalBasic',
      file: image,
      log_id: expect.stringMatching(/^\d{17,}$/),
      page: 1,
    })
    expect(read.lines[0]).toEqual({
      text: 'Harbour Lane Books',
      confidence: expect.any(Number),
      page: 1,
      paragraph: 1,
    })
    expect(failed).toMatchObject({ file: 'none.png', error: { code: 'FILE_NOT_FOUND', kind: 'input' } })
    expect([code, err]).toEqual([1, expect.stringMatching(/✗ none\.png: FILE_NOT_FOUND .*\n  → /)])
  })

  it.each([
    ['a missing file', ['none.png'], {}, 66, /FILE_NOT_FOUND/],
    [
      'an option of another endpoint',
      [image, '--endpoint', 'generalBasic', '--vertexes-location'],
      {},
      65,
      /INPUT_INVALID .*vertexes_location/,
    ],
    [
      'one key of the two',
      [image],
      { BAIDU_API_KEY: 'canary' },
      78,
      /Only BAIDU_API_KEY is set: set BAIDU_SECRET_KEY too/,
    ],
    [
      'a service that is not there',
      [image],
      { BAIDU_API_KEY: 'canary', BAIDU_SECRET_KEY: 'canary', BAIDU_ORIGIN: 'http://127.0.0.1:1' },
      69,
      /CONNECTION_REFUSED|TOKEN_UNAVAILABLE/,
    ],
  ])('exits by the kind of trouble: %s', async (_, args, env, code, text) => {
    const ended = await run(['recognize', ...args], env)
    expect(ended).toMatchObject({ code, err: expect.stringMatching(text) })
    expect(ended.out + ended.err).not.toContain('canary')
  })

  it('uses the service it has keys for, and keeps the token on disk for its owner alone', async () => {
    await using emulator = await startEmulator()
    const env = {
      BAIDU_API_KEY: emulator.apiKey,
      BAIDU_SECRET_KEY: emulator.secretKey,
      BAIDU_ORIGIN: emulator.url,
      XDG_CACHE_HOME: join(home, 'cache'),
    }
    const args = ['recognize', image, '--format', 'json', '--endpoint', 'generalBasic', '--language-type', 'ENG']
    expect(JSON.parse((await run(args, env)).out)).toMatchObject({ vendor: 'baidu' })
    await run(args, env)
    expect(emulator.requests.filter(({ path }) => path.startsWith('/oauth')).length).toBe(1)
    const tokens = join(home, 'cache/penstock/tokens')
    expect(readdirSync(tokens).map((name) => statSync(join(tokens, name)).mode & 0o777)).toEqual([0o600])
  })

  it('says 77 when the keys are wrong', async () => {
    await using emulator = await startEmulator()
    const ended = await run(['recognize', image], {
      BAIDU_API_KEY: emulator.apiKey,
      BAIDU_SECRET_KEY: 'wrong',
      BAIDU_ORIGIN: emulator.url,
    })
    expect(ended).toMatchObject({ code: 77, err: expect.stringMatching(/TOKEN_UNAVAILABLE .*CREDENTIAL_REFUSED/) })
  })

  it('takes keys from a config file that only its owner can read', async () => {
    await using emulator = await startEmulator()
    const file = join(home, 'config/penstock/config.json')
    mkdirSync(join(home, 'config/penstock'), { recursive: true })
    writeFileSync(file, JSON.stringify({ baidu: { apiKey: emulator.apiKey, secretKey: emulator.secretKey } }), {
      mode: 0o600,
    })
    const env = {
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_CACHE_HOME: join(home, 'cache2'),
      BAIDU_ORIGIN: emulator.url,
    }
    expect(JSON.parse((await run(['recognize', image, '--format', 'json'], env)).out)).toMatchObject({
      vendor: 'baidu',
    })
    chmodSync(file, 0o644)
    expect(await run(['recognize', image], env)).toMatchObject({ code: 78, err: expect.stringMatching(/chmod 600/) })
    chmodSync(file, 0o600)
    writeFileSync(file, '{')
    expect(await run(['recognize', image], env)).toMatchObject({
      code: 78,
      err: expect.stringMatching(/is not a JSON object/),
    })
  })
})

describe('penstock emulate', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('prints one line of JSON in a pipe, and runs until %s', async (signal) => {
    const child = startPenstock(['emulate', '--port', '0', '--qps', '2'])
    const [line] = await once(createInterface({ input: child.stdout! }), 'line')
    const { url, apiKey, secretKey } = JSON.parse(line)
    const asked = await fetch(
      `${url}/oauth/2.0/token?grant_type=client_credentials&client_id=${apiKey}&client_secret=${secretKey}`,
      { method: 'POST' },
    )
    expect(await asked.json()).toMatchObject({ access_token: expect.any(String), expires_in: 2592000 })
    child.kill(signal)
    expect(await once(child, 'close')).toEqual([0, null])
  })
})

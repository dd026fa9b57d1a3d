/** `penstock doctor` as its users run it: a process of its own, and the emulator for a vendor. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@penstock/ocr/emulator'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { clockLimit } from '../../packages/ocr/src/doctor/clock-limit.ts'
import { closedPort, serving } from '../support/loopback.ts'
import { command, penstock } from '../support/penstock.ts'
import { proxying } from '../support/proxies.ts'

vi.setConfig({ testTimeout: 60_000 })

const root = join(import.meta.dirname, '../..')
const home = mkdtempSync(join(tmpdir(), 'penstock-doctor-'))
let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator({ qps: 3 })
})
afterAll(async () => {
  await emulator.close()
  rmSync(home, { recursive: true })
})

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { url, apiKey, secretKey } = emulator
  const keys = { BAIDU_ORIGIN: url, BAIDU_API_KEY: apiKey, BAIDU_SECRET_KEY: secretKey }
  return penstock(['doctor', ...args], { cwd: home, env: { HOME: home, ...keys, ...env } })
}

/** Times, ports, versions and fingerprints are other ones every time. */
const plain = (text: string): string =>
  text
    .replaceAll(/ +\d[\d.]* (ms|s)$/gm, '')
    .replaceAll(/:\d{4,5}\b/g, ':PORT')
    .replaceAll(/port \d+|端口 \d+/g, 'port PORT')
    .replaceAll(/#[0-9a-f]{6}/g, '#')
    .replaceAll(/(round trip|往返|within|误差) [\d.]+ ms/g, '$1 N ms')
    .replaceAll(/(Node|OpenSSL|got|undici) \d[\w.]*/g, '$1 N')

const ids = (out: string): string[] =>
  JSON.parse(out).checks.map(({ id, status, findings }: { id: string; status: string; findings: { id: string }[] }) =>
    [id, status, ...findings.map((one) => one.id)].join(' '),
  )

describe('penstock doctor', () => {
  it('finds a healthy set-up healthy, down to the limit a second', async () => {
    const { code, out, err } = await run(['--spend', '6', '--image', join(root, 'examples/images/invoice-en.png')])
    expect(plain(out)).toMatchSnapshot()
    expect([code, err]).toEqual([0, ''])
  })

  it.each(['en', 'zh'])('tells a broken set-up in %s, plain in a pipe', async (lang) => {
    const broken = { BAIDU_SECRET_KEY: `${emulator.secretKey}\n`, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const { code, out } = await run(['--lang', lang], {
      ...broken,
      HTTP_PROXY: `http://me:hunter2@127.0.0.1:${await closedPort()}`,
    })
    expect(plain(out)).toMatchSnapshot()
    expect(code).toBe(78)
    for (const secret of [emulator.secretKey, emulator.apiKey, 'hunter2']) expect(out).not.toContain(secret)
  })

  it('gives the cure of a line break as a command that cures it', async () => {
    const { out } = await run(['credentials'], { BAIDU_SECRET_KEY: `${emulator.secretKey}\n` })
    const [, command = ''] = /fix {2}(export .+)/.exec(out) ?? []
    const shell = spawn('sh', ['-c', `${command}; printf %s "$BAIDU_SECRET_KEY"`], {
      env: { PATH: process.env['PATH'], BAIDU_SECRET_KEY: `${emulator.secretKey}\n` },
    })
    let value = ''
    shell.stdout.setEncoding('utf8').on('data', (text) => (value += text))
    await once(shell, 'close')
    expect(value).toBe(emulator.secretKey)
  })

  it('says what the vendor says of keys that it does not know, and spends nothing more', async () => {
    const { code, out } = await run(['--json'], { BAIDU_SECRET_KEY: 'f00dcafe'.repeat(4) })
    expect(ids(out).slice(-3)).toEqual([
      'token fail token.refused',
      'permission skip doctor.because',
      'quota skip doctor.because',
    ])
    expect(code).toBe(78)
    expect(out).not.toContain('f00dcafe'.repeat(4))
  })

  it('examines any origin without the vendor’s checks', async () => {
    const { code, out } = await run([`http://127.0.0.1:${await closedPort()}`, '--json'])
    expect(ids(out)).toEqual([
      'runtime ok runtime.versions',
      'proxy ok proxy.none',
      'dns ok dns.literal',
      'tcp fail tcp.refused',
      'tls skip doctor.because',
      'http skip doctor.because',
      'clock skip doctor.because',
    ])
    expect(code).toBe(78)
  })

  it('reads the config file: its mode, slips in its keys, what is missing', async () => {
    const folder = join(home, 'config/penstock')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'config.json'), '{ "baidu": { "apikey": "a", "secretKey": "b" } }')
    chmodSync(join(folder, 'config.json'), 0o644)
    const env = { XDG_CONFIG_HOME: join(home, 'config'), BAIDU_API_KEY: '', BAIDU_SECRET_KEY: '' }
    const { out } = await run(['config', '--json'], env)
    expect(ids(out)).toEqual(['config fail config.half config.file config.exposed config.unknown'])
    expect(JSON.parse(out).checks[0].findings[3].fix.en).toBe('Did you mean baidu.apiKey?')
  })

  it.each([
    [['tokn'], /no check tokn. Did you mean: token\?/],
    [['http://a.example', 'http://b.example'], /More than one origin/],
    [['--spend', 'x'], /whole number/],
    [['--spend', '101'], /At most 100/],
    [['ftp://a.example'], /no http or https URL/],
  ])('refuses %j with 64', async (args, text) => {
    expect(await run(args)).toEqual({ code: 64, out: '', err: expect.stringMatching(text) })
  })

  it('says in one line that its authorities cannot be read, and exits with 66', async () => {
    const { code, err } = await run(['--ca', '/nowhere.pem'])
    expect([code, err]).toEqual([66, '✗ FILE_UNREADABLE /nowhere.pem cannot be read.\n'])
  })

  it('shows neither the query nor the password of an origin', async () => {
    const { out } = await run(['https://me:hunter2@localhost/v1?key=hunter3', '--offline'])
    expect(out).toMatch(/^penstock doctor {2}https:\/\/localhost\/v1\n/)
    expect(out).not.toMatch(/hunter/)
  })

  it('speaks to the vendor through the proxy too, and to nobody else', async () => {
    await using way = await proxying()
    const { code, out } = await run(['--proxy', way.origin, '--json'])
    expect(ids(out).filter((line) => !/ ok | skip /.test(line))).toEqual([])
    expect(ids(out)).toContain('permission ok permission.given')
    expect(new Set(way.asked.map(({ line }) => new URL(line.split(' ')[1]!).origin))).toEqual(new Set([emulator.url]))
    expect(way.asked.some(({ line }) => line.includes('/oauth/2.0/token'))).toBe(true)
    expect(code).toBe(0)
  })

  it.each([
    ['env', (url: string) => ({ HTTP_PROXY: url.replace('//', '//me:hunter2@') }), 'HTTP_PROXY'],
    [undefined, () => ({}), 'the stack'],
  ])('goes through the proxy that it is given: %s', async (given, env, source) => {
    await using way = await proxying({ authorization: 'Basic bWU6aHVudGVyMg==' })
    const url = way.origin.replace('//', '//me:hunter2@')
    const { code, out } = await run(['http', '--proxy', given ?? url], env(way.origin))
    expect(out).toContain(`calls are handed to ${way.origin}, as ${source} says`)
    expect(out).toMatch(/✓ http/)
    expect([code, out.includes('hunter2')]).toEqual([0, false])
    expect(way.asked.length).toBeGreaterThanOrEqual(2)
  })

  it('says that a key stands on the command line of the shell that started it, and shows no part of it', async () => {
    const line = `BAIDU_SECRET_KEY=${emulator.secretKey} '${process.execPath}' --conditions=source '${command}' doctor runtime --offline; true`
    const shell = spawn('sh', ['-c', line], { cwd: home, env: { PATH: process.env['PATH'], HOME: home } })
    let out = ''
    shell.stdout.setEncoding('utf8').on('data', (text) => (out += text))
    await once(shell, 'close')
    const text = out.replaceAll(/\s+/g, ' ')
    expect(text).toContain(
      '! the value of BAIDU_SECRET_KEY stands on the command line of the process that started this one, where everybody',
    )
    expect(text).toContain('fix read -rs BAIDU_SECRET_KEY && export BAIDU_SECRET_KEY')
    expect(out).not.toContain(emulator.secretKey)
  })

  it('fails a clock by the limit that it is given', async () => {
    await using server = await serving((_, response) => {
      response.sendDate = false
      response.writeHead(200, { date: new Date(Date.now() + 400_000).toUTCString() }).end()
    })
    const clock = async (...args: readonly string[]) => {
      const { code, out } = await run([server.origin, 'clock', '--json', ...args])
      return [code, ids(out).at(-1), JSON.parse(out).checks.at(-1).findings[0].facts.limit]
    }
    expect(await clock()).toEqual([78, 'clock fail clock.wrong', '5 min'])
    expect(await clock('--clock-limit', '600')).toEqual([0, 'clock warn clock.off', '10 min'])
  })

  it.each([
    ['https://aip.baidubce.com', 300_000],
    ['https://ocr.tencentcloudapi.com', 300_000],
    ['https://ocr-api.cn-hangzhou.aliyuncs.com', 900_000],
    ['https://notaliyuncs.com', 300_000],
  ])('knows what %s allows', (origin, limit) => {
    expect(clockLimit(new URL(origin))).toBe(limit)
  })

  it('lists its checks in both languages', async () => {
    expect((await run(['--list-checks'])).out.match(/^\w+/gm)).toEqual(
      'runtime config credentials image proxy dns tcp tls http clock token permission quota'.split(' '),
    )
    expect((await run(['https://api.example.com', '--list-checks', '--lang', 'zh'])).out).toMatch(/^dns +域名解析/m)
  })

  it('touches no network with --offline', async () => {
    const before = emulator.requests?.length
    const { code, out } = await run(['--offline', '--json'])
    expect(
      ids(out)
        .slice(4)
        .every((line) => line.endsWith('skip doctor.offline')),
    ).toBe(true)
    expect([code, emulator.requests?.length]).toEqual([0, before])
  })
})

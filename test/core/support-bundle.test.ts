import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { client, type Flight, flightOf, pipeline, Secret } from '@penstock/core'
import { har, saveBundle, supportBundle } from '@penstock/core/diagnose'
import { repliesJson, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { reject, retry, status } from '@penstock/middleware'
import { baiduDescriptors } from '@penstock/ocr'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const { verdicts } = baiduDescriptors.generalBasic

/** A call that the vendor turned away, with an id of the vendor's and one of the server's. */
async function failing(): Promise<Flight> {
  const reply = repliesJson({ error_code: 216_201, error_msg: 'image format error', log_id: '1390582998516105216' })
  const http = client({
    pipeline: pipeline([retry(), status(), reject({ verdicts })], scriptedTransport(reply)),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  })
  return flightOf(await http.get('/ocr').catch((error: unknown) => error))!
}

const flight = await failing()
const textOf = (bytes: Uint8Array, name: string) => Buffer.from(unzipSync(bytes)[name]!).toString()

let dir = ''
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'bundle-'))))
afterEach(() => rmSync(dir, { recursive: true }))

describe('supportBundle', () => {
  it('says in its README what failed, why, what to do, and by which ids the service finds it', () => {
    const readme = textOf(supportBundle([flight]).bytes, 'README.txt')
    expect(readme).toContain('1 of 1 recorded calls failed. GET https://api.example.com/ocr began ')
    expect(readme).toContain('made 1 attempt in ')
    expect(readme).toContain('216201')
    expect(readme).toContain('→ ')
    expect(readme).toContain('  1390582998516105216\n')
    expect(readme).toContain('Nothing had to be taken out.')
  })

  it('says it in Chinese', () => {
    expect(textOf(supportBundle([flight], { lang: 'zh' }).bytes, 'README.txt')).toContain(
      '共记录 1 次调用，其中 1 次失败。',
    )
  })

  it('holds the flights as they were', () => {
    const { bytes } = supportBundle([flight, flight])
    const lines = textOf(bytes, 'flights.ndjson').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      [flight, flight].map((one) => JSON.parse(JSON.stringify(one)) as unknown),
    )
  })

  it('holds them as a page, with what ran', () => {
    const page = textOf(supportBundle([flight], { lang: 'zh', versions: { mine: '1.2.3' } }).bytes, 'report.html')
    expect(page).toContain('<html lang="zh-Hans">')
    expect(page).toContain(`<dd>${process.version}</dd>`)
    expect(page).toContain('<dd>1.2.3</dd>')
  })

  it('holds them as a HAR file', () => {
    expect(JSON.parse(textOf(supportBundle([flight]).bytes, 'calls.har'))).toEqual(
      JSON.parse(JSON.stringify(har([flight]))),
    )
  })

  it('holds the doctor’s findings and versions, where there are any', () => {
    const { bytes, files } = supportBundle([], { doctor: { checks: [1] }, versions: { mine: '1.2.3' } })
    expect(files).toContain('doctor.json')
    expect(JSON.parse(textOf(bytes, 'doctor.json'))).toEqual({ checks: [1] })
    expect(JSON.parse(textOf(bytes, 'versions.json'))).toMatchObject({ node: process.versions.node, mine: '1.2.3' })
    expect(supportBundle([]).files).not.toContain('doctor.json')
  })

  it('is the same, byte for byte, of the same, in any time zone', () => {
    const zone = process.env['TZ']
    const made = ['Asia/Shanghai', 'America/Anchorage'].map((name) => {
      process.env['TZ'] = name
      return Buffer.from(supportBundle([flight]).bytes).toString('base64')
    })
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
    expect(made[0]).toBe(made[1])
  })

  it('takes out secrets, personal numbers and the home directory, and counts them', () => {
    const key = new Secret('api_key', 'bundle-canary-1')
    const failure = { ...flight.failure!, because: `13800138000 in ${homedir()}: bundle-canary-1, bundle-canary-1` }
    const { bytes, redactions } = supportBundle([{ ...flight, failure }], { doctor: ['bundle-canary-1'] })
    expect(redactions).toEqual([
      { what: 'home directory', count: 1 },
      { what: 'mobile number', count: 1 },
      { what: String(key), count: 3 },
    ])
    const all = Object.values(unzipSync(bytes))
      .map((file) => Buffer.from(file).toString())
      .join('\n')
    expect(all).not.toMatch(/bundle-canary|13800138000/)
    expect(textOf(bytes, 'README.txt')).toContain(`     3  ${String(key)}\n`)
  })

  it('leaves an id as it is, though it looks like a card', () => {
    const failure = { ...flight.failure!, requestId: '6222021234567890128' }
    expect(supportBundle([{ ...flight, failure }]).redactions).toEqual([])
  })

  it('refuses what makes a secret of what held none', () => {
    const held = new Secret('odd', '"odd": 4711')
    expect(() => supportBundle([], { doctor: { odd: 4711 } })).toThrow(`doctor.json is not written: ${String(held)}`)
  })
})

describe('saveBundle', () => {
  it('writes what unzip and Python read, for its owner alone', async () => {
    const path = join(dir, 'out.zip')
    const bundle = supportBundle([flight], { doctor: {} })
    await saveBundle(path, bundle)
    expect(execFileSync('unzip', ['-t', path], { encoding: 'utf8' })).toContain('No errors detected')
    const program =
      'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;print("\\n".join(z.namelist()))'
    expect(execFileSync('python3', ['-c', program, path], { encoding: 'utf8' }).trim().split('\n')).toEqual(
      bundle.files,
    )
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('takes the place of an older one', async () => {
    const path = join(dir, 'out.zip')
    writeFileSync(path, 'old')
    await saveBundle(path, supportBundle([flight]))
    expect([readdirSync(dir), readFileSync(path).subarray(0, 2).toString()]).toEqual([['out.zip'], 'PK'])
  })

  it('writes nothing where a secret lies in what was packed, and leaves the older one', async () => {
    const path = join(dir, 'out.zip')
    writeFileSync(path, 'old')
    const { zipSync } = await import('fflate')
    const key = new Secret('api_key', 'packed-canary-1')
    const bytes = zipSync({ 'a.txt': Buffer.from('packed-canary-1 '.repeat(20)) })
    await expect(saveBundle(path, { bytes })).rejects.toThrow(`a.txt is not written: ${String(key)}`)
    expect([readdirSync(dir), readFileSync(path, 'utf8')]).toEqual([['out.zip'], 'old'])
  })
})

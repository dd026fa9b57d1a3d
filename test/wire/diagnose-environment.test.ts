/** PENSTOCK_DIAGNOSE in a program that knows nothing of it, in a process of its own. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Flight, secret } from '@penstock/core'
import { readFlights } from '@penstock/core/diagnose'
import { afterAll, describe, expect, it } from 'vitest'

const dir = mkdtempSync(join(tmpdir(), 'diagnose-'))
afterAll(() => rmSync(dir, { recursive: true }))

/** One call that goes well and one that fails, by what `program` does with it. */
function run(asked: string | undefined, program = `await bad().catch(() => {})`, env: NodeJS.ProcessEnv = {}) {
  const source = `
    import { client, pipeline } from '@penstock/core'
    import { breaks, replies, scriptedTransport } from '@penstock/core/testing'
    const answers = scriptedTransport((call) => (call.path === '/bad' ? breaks('CONNECTION_RESET') : replies(200))(call))
    const made = (options) => client({ pipeline: pipeline([], answers), origin: 'https://a.example', ...options })
    const http = made()
    const good = () => http.get('/good')
    const bad = () => http.get('/bad')
    ${program}`
  const { PENSTOCK_DIAGNOSE: _, NO_COLOR: __, FORCE_COLOR: ___, ...inherited } = process.env
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module', '-e', source],
    {
      cwd: join(import.meta.dirname, '..'),
      encoding: 'utf8',
      env: { ...inherited, LANG: 'C.UTF-8', ...(asked !== undefined && { PENSTOCK_DIAGNOSE: asked }), ...env },
    },
  )
  return { stdout, stderr, status }
}

const titles = (text: string) => text.match(/^[✗✓] .*$/gm)
const failedOne = '✗ GET https://a.example/bad'
const goodOne = '✓ GET https://a.example/good'

describe('PENSTOCK_DIAGNOSE', () => {
  it.each([undefined, '', 'off'])('%j says nothing', (asked) => {
    expect(run(asked)).toEqual({ stdout: '', stderr: '', status: 0 })
  })

  it('=errors draws each call that failed, without colours in a pipe', () => {
    const { stderr, stdout, status } = run('errors', 'await good(); await bad().catch(() => {})')

    expect(titles(stderr)).toEqual([failedOne])
    expect(stderr).toContain('CONNECTION_RESET (network) after 1 attempt, 1 request')
    expect(stderr).not.toContain('\u001b')
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
  })

  it('=all draws every call, recorded at level all', () => {
    const { stderr } = run('all,json', 'await good(); await bad().catch(() => {})')
    const flights = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Flight)

    expect(flights.map(({ url, level, spans }) => [url, level, spans.length])).toEqual([
      ['https://a.example/good', 'all', 1],
      ['https://a.example/bad', 'all', 1],
    ])
    expect(titles(run('all', 'await good(); await bad().catch(() => {})').stderr)).toEqual([goodOne, failedOne])
  })

  it('is not overruled by a client that records nothing', () => {
    expect(titles(run('errors', `await made({ diagnose: 'off' }).get('/bad').catch(() => {})`).stderr)).toEqual([
      failedOne,
    ])
  })

  it.each(['await bad()', 'bad(); setTimeout(() => process.exit(3), 5)', 'await bad().catch(() => process.exit(3))'])(
    'tells of a failure that ends the process at once: %s',
    (program) => {
      const { stderr, status } = run('errors', program)

      expect(stderr).toContain('GET https://a.example/bad')
      expect(stderr).toContain('The peer cut the connection')
      expect(status).not.toBe(0)
    },
  )

  it('=json gives lines that can be read, =line logfmt', () => {
    expect(readFlights(run('json').stderr).map(({ failure }) => failure?.code)).toEqual(['CONNECTION_RESET'])
    expect(run('line').stderr).toMatch(
      /^time=\S+ level=error call=1 method=GET url=https:\/\/a\.example\/bad outcome=C/,
    )
  })

  it('=all,dir:PATH writes a file, and says which', () => {
    const path = join(dir, 'a, b', 'c')
    const { stderr } = run(`all,dir:${path}`, 'await good(); await bad().catch(() => {}); await good()')
    const [file] = readdirSync(path)

    expect(stderr).toBe(`penstock: calls are written to ${join(path, file!)}\n`)
    expect(readFlights(join(path, file!)).map(({ url }) => new URL(url).pathname)).toEqual(['/good', '/bad', '/good'])
  })

  it('says once that a file cannot be written', () => {
    const file = join(dir, 'in-the-way')
    writeFileSync(file, '')
    const { stderr, status } = run(`dir:${file}`, 'await bad().catch(() => {}); await bad().catch(() => {})')

    expect(stderr).toMatch(/^penstock: calls cannot be written to \S+: EEXIST\n$/)
    expect([status, readFileSync(file, 'utf8')]).toEqual([0, ''])
  })

  it('writes beside the program, with nothing that waits for a disk, in the order in which calls ended', () => {
    const path = join(dir, 'beside')
    const program = `
      const fs = (await import('node:fs')).default
      const waited = []
      for (const name of ['openSync', 'writeSync', 'appendFileSync', 'writeFileSync', 'mkdirSync'])
        fs[name] = () => waited.push(name)
      ;(await import('node:module')).syncBuiltinESMExports()
      for (let call = 0; call < 500; call++) {
        await http.get('/' + call)
        if (call % 50 === 0) await new Promise(setImmediate)
      }
      process.on('beforeExit', () => process.stdout.write(waited.join()))`
    const { stdout, stderr } = run(`all,dir:${path}`, program)
    const [file] = readdirSync(path)

    expect([stdout, stderr]).toEqual(['', `penstock: calls are written to ${join(path, file!)}\n`])
    expect(readFlights(join(path, file!)).map(({ url }) => new URL(url).pathname)).toEqual(
      Array.from({ length: 500 }, (_, call) => `/${call}`),
    )
    expect(statSync(join(path, file!)).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['at once', 'process.exit(3)'],
    [
      'with a writing under way',
      'setImmediate(() => process.exit(3)); await new Promise(() => setInterval(() => {}, 9))',
    ],
    ['by an error', 'throw new Error()'],
  ])('has every call in the file, once, of a program that ends %s', (name, ends) => {
    const path = join(dir, name)
    const many = `for (let call = 0; call < 300; call++) await http.get('/' + call)`
    run(`all,dir:${path}`, `await good(); await new Promise((done) => setTimeout(done, 50)); ${many}; ${ends}`)
    const [file, ...others] = readdirSync(path)

    expect(others).toEqual([])
    expect(readFlights(join(path, file!)).map(({ url }) => new URL(url).pathname)).toEqual([
      '/good',
      ...Array.from({ length: 300 }, (_, call) => `/${call}`),
    ])
  })

  it('says in one line which words it does not know, and does the rest', () => {
    const { stderr, status } = run('al,line,\u001b[31m,dir:')

    expect(stderr.split('\n')[0]).toMatch(
      /^penstock: PENSTOCK_DIAGNOSE knows no al, +\S+, dir:: give errors or all, then/,
    )
    expect(stderr).not.toContain('\u001b')
    expect(stderr).toContain('level=error')
    expect(status).toBe(0)
  })

  it('speaks the language of the environment', () => {
    expect(run('errors', undefined, { PENSTOCK_LANG: 'zh' }).stderr).toContain('共 1 次尝试、1 个请求')
  })

  it('colours where it is told to', () => {
    expect(run('errors', undefined, { FORCE_COLOR: '1' }).stderr).toContain('\u001b[31m')
  })

  it('shows no secret of the environment, though the program does not say that it is one', () => {
    const key = 'a-key-of-the-environment'
    const { stderr } = run('all', 'await http.get(`/${process.env.SOME_API_KEY}`)', { SOME_API_KEY: key })

    expect(stderr).toContain('✓ GET https://a.example/⟨SOME_API_KEY#')
    expect(stderr).not.toContain(key)
  })

  it('shows no secret', () => {
    const key = secret('api_key', 'a-very-secret-key-0815').reveal()
    const program = `
      const { secret } = await import('@penstock/core')
      const key = secret('api_key', '${key}')
      await http.get('/bad', { query: { key } }).catch(() => {})
      await http.get('/${key}').catch(() => {}); globalThis.kept = key`

    expect(run('all', program).stderr).toContain('https://a.example/⟨api_key#')
    expect(['all', 'all,json', 'all,line'].filter((asked) => run(asked, program).stderr.includes(key))).toEqual([])
  })
})

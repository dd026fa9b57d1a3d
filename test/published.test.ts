/** The packages as they are published: built here, and loaded in processes of their own. What it weighs is counted, not timed. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { entryPoints } from './support/public-names.ts'

const root = join(import.meta.dirname, '..')

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'pipe' })
}, 120_000)

/** What a program prints as JSON. */
function printed(program: string, ...args: readonly string[]): unknown {
  const out = execFileSync(process.execPath, [...args, '--no-warnings', '--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
  return JSON.parse(out)
}

const coreAndMiddleware = `await import('@penstock/core'); await import('@penstock/middleware')`

describe('importing', () => {
  const hooks = `
    import { registerHooks } from 'node:module'
    const files = []
    registerHooks({ load(url, context, next) { if (url.startsWith('file:')) files.push(url); return next(url, context) } });`

  // as counted, ours and others'
  it.each([
    ['core', `await import('@penstock/core')`, 3],
    ['core and middleware', coreAndMiddleware, 4],
    ['core, and a pipeline', `(await import('@penstock/core')).pipeline([], { send() {}, close() {} })`, 4],
    ['core, and the default stack', `(await import('@penstock/middleware')).defaultStack()`, 12],
    ['core and the undici transport', `(await import('@penstock/core/undici')).undiciTransport()`, 22],
    ['core and the got transport', `(await import('@penstock/core/got')).gotTransport()`, 56],
    ['testing', `await import('@penstock/core/testing')`, 7],
    ['ocr', `await import('@penstock/ocr')`, 9],
  ])('%s loads few files', (_, program, most) => {
    const files = printed(`${hooks}\n${program}\nconsole.log(JSON.stringify(files))`) as string[]

    expect(files.length).toBeLessThanOrEqual(most)
  })

  it('core and middleware loads 120 kB of text at most', () => {
    const files = printed(`${hooks}\n${coreAndMiddleware}\nconsole.log(JSON.stringify(files))`) as string[]

    expect(files.reduce((sum, file) => sum + statSync(new URL(file)).size, 0)).toBeLessThanOrEqual(120_000)
  })

  it('core and middleware builds no class of Unicode: the engine does for each literal, called or not', () => {
    const files = printed(`${hooks}\n${coreAndMiddleware}\nconsole.log(JSON.stringify(files))`) as string[]
    const texts = files.map((file) => readFileSync(new URL(file), 'utf8'))

    expect(texts.flatMap((text) => text.match(/\/[^/\n]*\\p\{.*\/[a-z]*u/g) ?? [])).toEqual([])
  })

  it('core and middleware loads nothing of Node that takes long', () => {
    const program = `
      const before = new Set(process.moduleLoadList)
      ${coreAndMiddleware}
      console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))))`
    const slow = /^NativeModule (crypto|net|tls|http|https|zlib|stream|dns|fs\/promises|util|worker_threads)$/

    expect((printed(program) as string[]).filter((name) => slow.test(name))).toEqual([])
  })

  it('a default stack is made without Node’s crypto and TLS', () => {
    const program = `
      const before = new Set(process.moduleLoadList)
      const { defaultStack } = await import('@penstock/middleware')
      defaultStack()
      console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))))`

    expect((printed(program) as string[]).filter((name) => /^NativeModule (crypto|tls|net)$/.test(name))).toEqual([])
  })

  it('the undici transport is made, and calls over plain HTTP, without Node’s TLS and HTTP/2', () => {
    const program = `
      // imported, it would read every name, and load much
      const server = process.getBuiltinModule('node:http').createServer((_, response) => response.end('here')).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const { client, pipeline } = await import('@penstock/core')
      const { undiciTransport } = await import('@penstock/core/undici')
      const origin = 'http://127.0.0.1:' + server.address().port
      const http = client({ pipeline: pipeline([], undiciTransport()), origin })
      const text = await (await http.get('/')).text()
      await http.close()
      server.close()
      console.log(JSON.stringify([text, ...process.moduleLoadList]))`
    const [text, ...loaded] = printed(program) as string[]

    expect(text).toBe('here')
    expect(loaded.filter((name) => /^NativeModule (crypto|tls|http2)$/.test(name))).toEqual([])
  })

  it('core and middleware leaves 0.6 MB on the heap at most', () => {
    // once is too little: what is still being compiled, or waits to be let go of, counts among what stays
    const program = (imports: string) => `${imports}
      let least = Infinity
      for (let collections = 0; collections < 5; collections++) {
        await new Promise(setImmediate)
        gc()
        least = Math.min(least, process.memoryUsage().heapUsed)
      }
      console.log(least)`
    const left = (imports: string) => Number(printed(program(imports), '--expose-gc'))

    expect((left(coreAndMiddleware) - left('')) / 2 ** 20).toBeLessThanOrEqual(0.6)
  })
})

describe.each(entryPoints())('$specifier', ({ specifier, values }) => {
  it.each([
    ['in Node', []],
    ['for a bundler', ['--conditions=module']],
  ])('hands out the names of its source %s', (_, args) => {
    const program = `console.log(JSON.stringify(Object.keys(await import('${specifier}')).toSorted()))`

    expect(printed(program, ...args)).toEqual(values)
  })
})

it.each([
  ['in Node', []],
  ['for a bundler', ['--conditions=module']],
])('a layer that comes late works, and so does what explains it, %s', (_, args) => {
  const program = `
    import { client, explain, flightOf, pipeline } from '@penstock/core'
    import { replies, scriptedTransport } from '@penstock/core/testing'
    import { hedge, status } from '@penstock/middleware'
    const stack = pipeline([hedge({ after: 1_000 }), status()], scriptedTransport(replies(503)))
    const http = client({ pipeline: stack, origin: 'https://api.example.com' })
    const error = await http.get('/').catch((error) => error)
    console.log(JSON.stringify([error.code, explain(error) === error.explain(), flightOf(error).trips.length]))`

  expect(printed(program, ...args)).toEqual(['STATUS_503', true, 1])
})

it.each([
  ['English', '', 'Invalid input: expected boolean, received number'],
  [
    'the language that somebody has chosen before',
    `const zod = await import('zod'); zod.config(zod.locales.zhCN())`,
    '无效输入：期望 boolean，实际接收 数字',
  ],
])('schemas of ocr say what is wrong in %s', (_, chosen, says) => {
  const program = `
    ${chosen}
    const { baiduDescriptors } = await import('@penstock/ocr')
    const given = { url: 'https://example.com/a.png', probability: 1 }
    console.log(JSON.stringify(baiduDescriptors.general.input.safeParse(given).error.issues[0].message))`

  expect(printed(program)).toBe(says)
})

it.each([
  ['@penstock/middleware/stores/disk', `middleware.defaultStack().length > 0`],
  ['@penstock/middleware/stores/redis', `middleware.quota({ limit: 1, per: 'day' }) !== undefined`],
  ['@penstock/core/diagnose', `core.explain({}) !== undefined`],
  ['@penstock/core/testing', `core.pipeline([], { send() {}, close() {} }).plan() !== undefined`],
])('what comes late comes while %s is loading', (other, made) => {
  const program = `
    const core = await import('@penstock/core')
    const middleware = await import('@penstock/middleware')
    const loading = import('${other}')
    console.log(JSON.stringify(${made}))
    await loading`

  expect(printed(program)).toBe(true)
})

it('holds no character beyond ASCII, which would double what the engine keeps of a file', () => {
  // but in the page of the HTML report, a raw template
  const files = globSync('packages/*/dist/js/*.js', { cwd: root, exclude: ['**/diagnose.js'] })
  const wide = files.filter((file) => /[\u0080-\uffff]/.test(readFileSync(join(root, file), 'utf8')))

  expect({ some: files.length > 30, wide }).toEqual({ some: true, wide: [] })
})

it('names no place of the machine that built it', () => {
  const files = globSync('packages/*/dist/**/*.{js,d.ts}', { cwd: root })

  expect(files.filter((file) => readFileSync(join(root, file), 'utf8').includes(root))).toEqual([])
})

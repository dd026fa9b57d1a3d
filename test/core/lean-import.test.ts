/** What an import loads, in a process of its own: a library comes with the layer or transport that needs it, not before. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const here = join(import.meta.dirname, '..')
const libraries = [
  'got',
  'undici',
  'zod',
  'opossum',
  'p-retry',
  'tough-cookie',
  'http-cache-semantics',
  '@opentelemetry/api',
  'ioredis',
  'prom-client',
  'tesseract.js',
  'commander',
  'axios',
]

/** Which of the libraries a program has loaded at its end. */
function loaded(program: string): string[] {
  const source = `
    import { registerHooks } from 'node:module'
    const urls = new Set()
    registerHooks({ load(url, context, next) { urls.add(url); return next(url, context) } })
    ${program}
    process.stdout.write(JSON.stringify([...urls]))`
  const out = execFileSync(process.execPath, ['--conditions=source', '--input-type=module', '-e', source], {
    cwd: here,
    encoding: 'utf8',
  })
  const urls: string[] = JSON.parse(out)
  return libraries.filter((name) => urls.some((url) => url.includes(`/node_modules/${name}/`)))
}

describe('importing', () => {
  it.each([
    ['@penstock/core', []],
    ['@penstock/middleware', []],
    ['@penstock/core/testing', []],
    ['@penstock/core/fetch', []],
    ['@penstock/core/dispatcher', []],
    ['@penstock/core/axios', []],
  ])('%s loads %j', (entry, names) => {
    expect(loaded(`await import('${entry}')`)).toEqual(names)
  })

  it.each([
    [
      'core and got',
      `const { gotTransport } = await import('@penstock/core/got'); gotTransport()`,
      ['got', 'http-cache-semantics'],
    ],
    [
      'core and undici',
      `const { undiciTransport } = await import('@penstock/core/undici'); undiciTransport()`,
      ['undici'],
    ],
    [
      'axiosAdapter',
      `const { pipeline } = await import('@penstock/core')
       const { scriptedTransport } = await import('@penstock/core/testing')
       const { axiosAdapter } = await import('@penstock/core/axios')
       axiosAdapter(pipeline([], scriptedTransport([])))`,
      ['axios'],
    ],
    ['retry', `const { retry } = await import('@penstock/middleware'); retry()`, ['p-retry']],
    [
      'circuitBreaker',
      `const { circuitBreaker } = await import('@penstock/middleware'); circuitBreaker()`,
      ['opossum'],
    ],
    ['httpCache', `const { httpCache } = await import('@penstock/middleware'); httpCache()`, ['http-cache-semantics']],
    ['tracing', `const { tracing } = await import('@penstock/middleware'); tracing()`, ['@opentelemetry/api']],
    [
      'metrics',
      `const { metrics } = await import('@penstock/middleware'); metrics()`,
      ['@opentelemetry/api', 'prom-client'],
    ],
    ['cookies', `const { cookies } = await import('@penstock/middleware'); cookies()`, ['tough-cookie']],
  ])('%s, made, loads its own library and no other', (_, program, names) => {
    expect(loaded(program)).toEqual(names)
  })
})

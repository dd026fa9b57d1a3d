import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** In a process of its own, where the named libraries are not to be found. Prints what it is asked for as JSON. */
async function without(libraries: readonly string[], program: string): Promise<unknown> {
  const setup = `
import { registerHooks } from 'node:module'
const missing = ${JSON.stringify(libraries)}
const loaded = []
registerHooks({
  resolve(name, context, next) {
    loaded.push(name)
    if (missing.some((each) => name === each || name.startsWith(each + '/'))) throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' })
    return next(name, context)
  },
})
const { gotTransport } = await import('@penstock/core/got')
const { undiciTransport } = await import('@penstock/core/undici')
await import('@penstock/core')
`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=source', '--input-type=module', '--eval', `${setup}console.log(JSON.stringify(${program}))`],
    { cwd: join(import.meta.dirname, '..') },
  )
  return JSON.parse(stdout)
}

const told = (factory: string) =>
  `(() => { try { ${factory}() } catch ({ name, code, message }) { return { name, code, message } } })()`

test.each([
  ['gotTransport', 'got', 'npm install got@16'],
  ['undiciTransport', 'undici', 'npm install undici@8'],
])('%s without its library says in one line what to install', async (factory, library, command) => {
  expect(await without([library], told(factory))).toEqual({
    name: 'ConfigError',
    code: 'MISSING_PEER',
    message: `${factory}() stands on ${library}: ${command}`,
  })
})

test.each([
  ['its parts', [], false],
  ['its front door, where its parts are elsewhere', ['undici/lib'], true],
])('undiciTransport loads of undici %s', async (_, missing, whole) => {
  const program = `(() => { const { name } = undiciTransport(); return { name, whole: loaded.includes('undici') } })()`
  expect(await without(missing, program)).toEqual({ name: 'undici', whole })
})

test('importing the entries loads neither library, nor what makes an import slow', async () => {
  const heavy = ['got', 'undici', 'node:http', 'node:https', 'http', 'https']
  expect(await without([], `loaded.filter((name) => ${JSON.stringify(heavy)}.includes(name))`)).toEqual([])
})

test.each([
  ['redisStore', '@penstock/middleware/stores/redis', 'redisStore() needs ioredis for a URL: npm install ioredis@6'],
  ['quota', '@penstock/middleware', 'quota() needs ioredis for a URL: npm install ioredis@6'],
])(
  '%s over a URL without its library says so when it is made, and loads it no sooner',
  async (name, entry, message) => {
    const made = `(await import('${entry}')).${name}`
    const program = `await (async () => {
    const make = ${made}
    const before = loaded.includes('ioredis')
    try { make({ redis: 'redis://127.0.0.1:6379' }) } catch (error) { return { before, code: error.code, message: error.message } }
  })()`
    expect(await without(['ioredis'], program)).toEqual({ before: false, code: 'MISSING_PEER', message })
  },
)

test.each([['metrics', 'prom-client', 'metrics() needs prom-client, or a meter: npm install prom-client@15']])(
  '%s() without %s says so when it is made, and loads it no sooner',
  async (name, library, message) => {
    const program = `await (async () => {
    const make = (await import('@penstock/middleware')).${name}
    const before = loaded.includes('${library}')
    try { make() } catch (error) { return { before, code: error.code, message: error.message } }
  })()`
    expect(await without([library], program)).toEqual({ before: false, code: 'MISSING_PEER', message })
  },
)

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { atBest, type Turn } from '../harness/at-best.ts'
import { Child } from '../harness/child.ts'
import { Notebook } from '../harness/notebook.ts'
import { type Effort, type Goal, type Part, wanted } from '../harness/part.ts'
import { measured, ratio, type Samples } from '../harness/samples.ts'
import { Stranger } from './stranger.ts'

const coreAndMiddleware = 'penstock core + middleware'
const withUndici = 'penstock core + undici transport, made'
const ocr = 'penstock ocr, one endpoint called'
const seed = 'seed: got + opossum + p-retry + tough-cookie + zod'
const nothing = 'nothing'

const imports = (...names: readonly string[]) => names.map((name) => `await import('${name}')`).join('; ')

/** What runs between two looks at the clock. `origin` is a server's. */
const programs: Readonly<Record<string, string>> = {
  [nothing]: '',
  'penstock core': imports('@penstock/core'),
  [coreAndMiddleware]: imports('@penstock/core', '@penstock/middleware'),
  'penstock core + middleware, a default stack made': `
    await import('@penstock/core'); (await import('@penstock/middleware')).defaultStack()`,
  [withUndici]: `await import('@penstock/core'); (await import('@penstock/core/undici')).undiciTransport()`,
  undici: imports('undici'),
  'penstock core + got transport, made': `await import('@penstock/core'); (await import('@penstock/core/got')).gotTransport()`,
  got: imports('got'),
  [ocr]: `
    const { baidu } = await import('@penstock/ocr')
    const { undiciTransport } = await import('@penstock/core/undici')
    const ocr = baidu({ apiKey: 'a', secretKey: 'b' }, { origin, transport: undiciTransport() })
    await ocr.generalBasic({ url: 'https://example.com/picture.png' })`,
  [seed]: imports('got', 'opossum', 'p-retry', 'tough-cookie', 'zod'),
  axios: imports('axios'),
  'axios + axios-retry + opossum': imports('axios', 'axios-retry', 'opossum'),
  ky: imports('ky'),
  cockatiel: imports('cockatiel'),
  '@azure/core-rest-pipeline': imports('@azure/core-rest-pipeline'),
  'smithy handler + stack': imports('@smithy/node-http-handler', '@smithy/middleware-stack'),
  'baidu-aip-sdk': imports('baidu-aip-sdk'),
  'tencentcloud-sdk-nodejs-ocr': imports('tencentcloud-sdk-nodejs-ocr'),
  '@alicloud/ocr-api20210707': imports('@alicloud/ocr-api20210707'),
}

/** What must stay out until a layer or a transport that needs it is made. */
const late = ['got', 'undici', 'zod', 'tough-cookie', 'opossum', 'p-retry', 'ioredis', 'prom-client', '@opentelemetry']

const most = (says: string, metric: string, bound: number, unit: string): Goal => ({
  says,
  most: bound,
  unit,
  of: (runs) => measured(runs, coreAndMiddleware, metric),
})

export const importing: Part = {
  name: 'imports',
  title: 'Importing',
  about:
    'The packages as they are published, a fresh process each time; layers load when they are made. Milliseconds from before the import to after it, and ' +
    'the heap that is left after a collection, both without what an empty program has. Of the processes of up to a second, the ' +
    'one counts in which parsing 34 kB of JSON just before and after was quickest. Files: JavaScript loaded from disk.',
  columns: [
    { head: 'ms', metric: 'ms' },
    { head: '× the seed’s', metric: 'ms', to: seed },
    { head: 'heap MB', metric: 'heap' },
    { head: 'files', metric: 'files' },
  ],
  goals: [
    most(coreAndMiddleware, 'ms', 10, ' ms'),
    most(`${coreAndMiddleware}, heap`, 'heap', 0.6, ' MB'),
    most(`libraries that importing both loads`, 'late', 0, ''),
    { says: `${withUndici} × undici`, most: 1.15, of: (runs) => ratio(runs, withUndici, 'undici', 'ms') },
    { says: `${ocr} × the seed’s import`, most: 0.6, of: (runs) => ratio(runs, ocr, seed, 'ms') },
  ],
  measure,
}

type Imported = Turn & { readonly ms: number; readonly heap: number; readonly files: readonly string[] }

async function measure({ rounds, only, progress }: Effort): Promise<Samples> {
  progress('building and packing')
  using stranger = new Stranger()
  const project = stranger.unpacked()
  const notebook = new Notebook()
  const server = await Child.start('server', new URL('../uploads/receiving-server.ts', import.meta.url), [])
  try {
    const origin = `http://127.0.0.1:${await server.ask<number>('open')}`
    const names = wanted(Object.keys(programs), only, [nothing])
    let best = Infinity
    for (const name of names) {
      const { files } = imported(project, origin, programs[name]!, true)
      const early = late.filter((library) => files.some((file) => file.includes(`/node_modules/${library}/`)))
      notebook.write(name, { files: files.length, late: early.length })
    }
    for (let round = 0; round < rounds; round++) {
      progress(`round ${round + 1} of ${rounds}`)
      const empty = imported(project, origin, '', false)
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        const one = () => imported(project, origin, programs[name]!, false)
        const found = await atBest(one, 1, { patience: 1_000, best })
        const { ms, heap } = found.turns[0]!
        notebook.write(name, { ms, heap: Math.max(0, heap - empty.heap) / 2 ** 20 })
        best = found.best
      }
    }
  } finally {
    server.close()
  }
  return notebook.samples
}

/** @param lists watch what is loaded, which takes time of its own */
function imported(project: string, origin: string, program: string, lists: boolean): Imported {
  const hooks = `
    const { registerHooks } = await import('node:module')
    registerHooks({ load(url, context, next) { if (url.startsWith('file:')) files.push(url); return next(url, context) } })`
  // no flag on the command line: with any of V8's, Node cannot use the code it has compiled of its own modules
  const source = `
    const origin = '${origin}'
    const files = []
    ${lists ? hooks : ''}
    const text = '[' + '{"name":"value"},'.repeat(2000) + '1]'
    const yard = () => { const began = performance.now(); JSON.parse(text); return performance.now() - began }
    const before = yard()
    const began = performance.now()
    ${program}
    const ms = performance.now() - began
    const after = yard()
    const [v8, vm] = ['node:v8', 'node:vm'].map((name) => process.getBuiltinModule(name))
    v8.setFlagsFromString('--expose-gc')
    vm.runInNewContext('gc')()
    console.log(JSON.stringify({ ms, yard: Math.max(before, after), heap: process.memoryUsage().heapUsed, files }))
    process.exit()`
  const file = join(project, 'program.mjs')
  writeFileSync(file, source)
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
  const line = stdout.trim().split('\n').at(-1)
  if (!line) throw new Error(`importing failed: ${program}\n${stderr}`)
  return JSON.parse(line) as Imported
}

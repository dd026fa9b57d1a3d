import { Child } from '../harness/child.ts'
import { Notebook } from '../harness/notebook.ts'
import { type Effort, type Part, wanted } from '../harness/part.ts'
import { measured, ratio, type Samples } from '../harness/samples.ts'
import type { Counted } from './counting-server.ts'
import { subjects } from './subjects.ts'
import type { Cost, Task } from './worker.ts'

const reference = 'undici.request'
const seed = 'seed: got + hooks + cookies + p-retry + opossum'
const bareGot = 'got, features off'
const eight = 'penstock on undici, eight layers'
const whole = 'penstock on undici, whole stack'
/** The default stack as it comes: token and limiter have nothing to do. */
const plain = 'penstock on undici, defaultStack()'
const peers = [
  '@azure/core-rest-pipeline, its pipeline',
  'smithy, eight layers',
  'undici.request + cockatiel',
  'axios + axios-retry + opossum',
  'ky, hooks + retry',
]

/** The young generation is so large that nothing is collected within a window. */
const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64']
/** Microseconds of processor that a window takes. */
const windowTime = 300_000
const windows = [
  { method: 'get', concurrency: 1 },
  { method: 'get', concurrency: 64 },
  { method: 'post', concurrency: 64 },
] as const

export const small: Part = {
  name: 'small',
  title: 'Small requests',
  about:
    'A JSON reply of 80 bytes over loopback, read whole and parsed. CPU: microseconds of processor a call, of all threads ' +
    'of the client. Heap: bytes allocated a call at concurrency 64, with nothing collected in between. ' +
    '× undici.request: of each round, then the median (lowest–highest).',
  columns: [
    { head: 'CPU µs, GET c64', metric: 'get64' },
    { head: '× undici.request', metric: 'get64', to: reference },
    { head: 'heap B a GET', metric: 'getHeap' },
    { head: '1 000 GETs a second, c64', metric: 'get64rate', scale: 1e-3 },
    { head: 'CPU µs, GET c1', metric: 'get1' },
    { head: 'CPU µs, POST c64', metric: 'post64' },
    { head: 'heap B a POST', metric: 'postHeap' },
  ],
  goals: [
    {
      says: 'eight layers, CPU × bare undici.request',
      most: 0.7,
      of: (runs) => ratio(runs, eight, reference, 'get64'),
    },
    { says: 'eight layers, heap a GET', most: 10_000, unit: ' B', of: (runs) => measured(runs, eight, 'getHeap') },
    {
      says: 'defaultStack(), CPU × bare undici.request',
      most: 0.85,
      of: (runs) => ratio(runs, plain, reference, 'get64'),
    },
    { says: 'defaultStack(), heap a GET', most: 11_000, unit: ' B', of: (runs) => measured(runs, plain, 'getHeap') },
    {
      says: 'defaultStack(), level errors, CPU × bare undici.request',
      most: 0.95,
      of: (runs) => ratio(runs, `${plain}, errors`, reference, 'get64'),
    },
    {
      says: 'defaultStack(), level errors, heap a GET',
      most: 12_500,
      unit: ' B',
      of: (runs) => measured(runs, `${plain}, errors`, 'getHeap'),
    },
    { says: 'CPU of the got seed stack × whole stack', least: 4, of: (runs) => ratio(runs, seed, whole, 'get64') },
    { says: 'heap of the got seed stack × whole stack', least: 9, of: (runs) => ratio(runs, seed, whole, 'getHeap') },
    ...peers.map((peer) => ({
      says: `CPU of ${peer} × whole stack`,
      least: 1,
      of: (runs: readonly Samples[]) => ratio(runs, peer, whole, 'get64'),
    })),
    {
      says: 'on got, defaultStack(), CPU × bare got with its features off',
      most: 0.95,
      of: (runs) => ratio(runs, 'penstock on got, defaultStack()', bareGot, 'get64'),
    },
    {
      says: 'on got, defaultStack(), heap × bare got with its features off',
      most: 1,
      of: (runs) => ratio(runs, 'penstock on got, defaultStack()', bareGot, 'getHeap'),
    },
  ],
  measure,
}

async function measure({ rounds, only, progress }: Effort): Promise<Samples> {
  const server = await Child.start('server', new URL('counting-server.ts', import.meta.url), [])
  const origin = `http://127.0.0.1:${await server.ask<number>('port')}`
  const names = wanted(Object.keys(subjects), only, [reference])
  const notebook = new Notebook()
  const children: Child[] = []
  const sent = new Map<string, number>()
  const heapCalls = new Map<string, number>()
  /** Microseconds a call, when warm: windows are of one length, whatever a subject costs. */
  const costs = new Map<string, number>()

  const ask = async (child: Child, task: Task) => {
    sent.set(child.name, sent.get(child.name)! + task.calls)
    return child.ask<Cost>(task)
  }

  try {
    for (const [index, name] of names.entries()) {
      progress(`warming up ${name}`)
      const args = [name, origin, `/json/${index}?n=`]
      const child = await Child.start(name, new URL('worker.ts', import.meta.url), args, flags)
      children.push(child)
      sent.set(name, 0)
      // until the compiler has settled: what a process does in its first second is another table
      for (const [method, calls] of [
        ['get', 16_000],
        ['post', 6_000],
        ['get', 2_000],
      ] as const)
        costs.set(name, (await ask(child, { act: 'cpu', method, calls, concurrency: 64 })).cpu)
      const { heap } = await ask(child, { act: 'heap', method: 'post', calls: 300, concurrency: 64 })
      heapCalls.set(name, Math.floor(45_000_000 / heap))
    }
    for (let round = 0; round < rounds; round++) {
      for (const { method, concurrency } of windows) {
        progress(`round ${round + 1} of ${rounds}: ${method.toUpperCase()}, concurrency ${concurrency}`)
        for (const child of round % 2 === 0 ? children : children.toReversed()) {
          const calls = Math.round((concurrency === 1 ? 0.3 : 1) * (windowTime / costs.get(child.name)!))
          const { cpu, perSecond } = await ask(child, { act: 'cpu', method, calls, concurrency })
          const metric = `${method}${concurrency}`
          notebook.write(child.name, { [metric]: cpu, [`${metric}rate`]: perSecond })
        }
      }
      for (const child of children)
        for (const method of ['get', 'post'] as const) {
          // 64 MB hold 400 calls of the dearest, and of others as many as make what a window costs by itself small
          const calls = heapCalls.get(child.name)!
          const cost = await ask(child, { act: 'heap', method, calls, concurrency: 64 })
          if (cost.collected) throw new Error(`${child.name}: the collector ran while bytes were counted`)
          notebook.write(child.name, { [`${method}Heap`]: cost.heap })
        }
    }
    for (const [index, name] of names.entries()) await agree(server, index, name, sent.get(name)!)
  } finally {
    for (const child of [...children, server]) child.close()
  }
  return notebook.samples
}

/** Every request had a number of its own, so their sum is known. */
async function agree(server: Child, index: number, name: string, calls: number): Promise<void> {
  const { requests, sum } = await server.ask<Counted>(index)
  if (requests !== calls || sum !== (calls * (calls + 1)) / 2)
    throw new Error(`${name}: ${calls} calls were made, and the server counted ${requests} with the sum ${sum}`)
}

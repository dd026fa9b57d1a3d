/** One subject in a process of its own: calls it when asked, and says what that cost. */
import { PerformanceObserver } from 'node:perf_hooks'
import { answers } from '../harness/child.ts'
import { subjects } from './subjects.ts'

export type Task = {
  readonly act: 'cpu' | 'heap'
  readonly method: 'get' | 'post'
  readonly calls: number
  readonly concurrency: number
}

export type Cost = {
  /** Microseconds of processor a call, of all threads of this process. */
  readonly cpu: number
  readonly perSecond: number
  /** Bytes of heap a call; only of `heap`. */
  readonly heap: number
  /** True when the collector ran in between: then `heap` says nothing. */
  readonly collected: boolean
}

const [name, origin, path] = process.argv.slice(2) as [string, string, string]
const calls = await subjects[name]!({ origin, path })

let collections = 0
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({ entryTypes: ['gc'] })

const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

let number = 0

async function load({ method, calls: count, concurrency }: Task): Promise<void> {
  const call = calls[method]
  let left = count
  const caller = async () => {
    while (left-- > 0) {
      const answer = (await call(++number)) as { readonly words_result_num?: number }
      if (answer.words_result_num !== 1) throw new Error(`a wrong answer: ${JSON.stringify(answer)}`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, caller))
}

answers(async (task: Task): Promise<Cost> => {
  const heap = task.act === 'heap'
  if (heap) globalThis.gc!()
  // the observer is told in a later turn
  await pass(heap ? 20 : 0)
  const collectedBefore = collections
  const heapBefore = heap ? process.memoryUsage().heapUsed : 0
  const began = performance.now()
  const cpuBefore = process.cpuUsage()
  await load(task)
  const { user, system } = process.cpuUsage(cpuBefore)
  const took = performance.now() - began
  const heapAfter = heap ? process.memoryUsage().heapUsed : 0
  if (heap) await pass(20)
  return {
    cpu: (user + system) / task.calls,
    perSecond: (task.calls * 1000) / took,
    heap: (heapAfter - heapBefore) / task.calls,
    collected: collections > collectedBefore,
  }
})

/** One client that sends pictures when asked. */
import { answers } from '../harness/child.ts'
import { PeakMemory } from '../harness/peak-memory.ts'
import { subjects } from './subjects.ts'

export type Task = { readonly images: number; readonly concurrency: number }

export type Cost = {
  readonly perSecond: number
  /** Milliseconds of processor an image. */
  readonly cpu: number
  /** Bytes that the process ever stood above what it was before the first image. */
  readonly rss: number
  /** Milliseconds of its own work that held the event loop, at most. */
  readonly stall: number
}

const [name, origin, path, file] = process.argv.slice(2) as [string, string, string, string]
const upload = await subjects[name]!({ origin, path, file })
const peak = new PeakMemory()
const tick = 5

answers(async ({ images, concurrency }: Task): Promise<Cost> => {
  let stall = 0
  let last = performance.now()
  let own = process.threadCpuUsage()
  const ticking = setInterval(() => {
    const now = performance.now()
    const { user, system } = process.threadCpuUsage(own)
    // a thread that the machine gave no processor to is not stalled by its own work
    stall = Math.max(stall, Math.min(now - last - tick, (user + system) / 1000))
    last = now
    own = process.threadCpuUsage()
  }, tick)
  const began = performance.now()
  const cpuBefore = process.cpuUsage()
  let left = images
  const sender = async () => {
    while (left-- > 0) if (typeof (await upload()) !== 'object') throw new Error('a wrong answer')
  }
  await Promise.all(Array.from({ length: concurrency }, sender))
  const { user, system } = process.cpuUsage(cpuBefore)
  const took = performance.now() - began
  clearInterval(ticking)
  return { perSecond: (images * 1000) / took, cpu: (user + system) / 1000 / images, rss: peak.more, stall }
})

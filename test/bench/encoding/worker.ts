/** One way to encode, in a process of its own. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { answers } from '../harness/child.ts'
import { PeakMemory } from '../harness/peak-memory.ts'
import { ways } from './ways.ts'

/** Milliseconds of processor an image, and megabytes that the process ever stood above what it was before the first. */
export type Cost = { readonly cpu: number; readonly ms: number; readonly rss: number }

const images = 4
const [name, path] = process.argv.slice(2) as [string, string]
const way = ways[name]!
const image = readFileSync(path)
const peak = new PeakMemory()

answers(async (act: 'digest' | 'encode'): Promise<string | Cost> => {
  if (act === 'digest') {
    const hash = createHash('sha256')
    way(image, (piece) => hash.update(piece))
    return hash.digest('hex')
  }
  globalThis.gc!()
  const began = performance.now()
  const cpuBefore = process.cpuUsage()
  let length = 0
  for (let made = 0; made < images; made++) way(image, (piece) => (length += piece.length))
  const { user, system } = process.cpuUsage(cpuBefore)
  const ms = (performance.now() - began) / images
  if (length === 0) throw new Error('nothing was encoded')
  return { cpu: (user + system) / 1000 / images, ms, rss: peak.more / 1e6 }
})

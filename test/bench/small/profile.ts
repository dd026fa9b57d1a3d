/**
 * Where one subject of the small requests spends its time and its heap, by function, the dearest first:
 * `./dev node --conditions=source test/bench/small/profile.ts 'penstock on undici, whole stack' [lines]`.
 */
import { Session } from 'node:inspector/promises'
import { relative } from 'node:path'
import { Child } from '../harness/child.ts'
import { subjects } from './subjects.ts'

const [name = 'penstock on undici, whole stack', lines = '40'] = process.argv.slice(2)
const subject = subjects[name]
if (subject === undefined) throw new Error(`no subject ${name}: give one of\n${Object.keys(subjects).join('\n')}`)

const server = await Child.start('server', new URL('counting-server.ts', import.meta.url), [])
const { get } = await subject({ origin: `http://127.0.0.1:${await server.ask<number>('port')}`, path: '/json/0?n=' })

let number = 0
async function load(calls: number): Promise<void> {
  let left = calls
  const caller = async () => {
    while (left-- > 0) await get(++number)
  }
  await Promise.all(Array.from({ length: 64 }, caller))
}

type Frame = { readonly functionName: string; readonly url: string; readonly lineNumber: number }

const place = ({ functionName, url, lineNumber }: Frame) => {
  const file = url.startsWith('file:') ? relative(process.cwd(), new URL(url).pathname) : url
  return `${functionName === '' ? '(anonymous)' : functionName}  ${file.replace(/.*node_modules\//, '')}:${lineNumber + 1}`
}

function print(head: string, unit: string, costs: ReadonlyMap<string, number>): void {
  const sorted = [...costs].toSorted((one, other) => other[1] - one[1])
  const whole = sorted.reduce((sum, [, cost]) => sum + cost, 0)
  console.log(`\n${head}: ${whole.toFixed(1)} ${unit} a call`)
  for (const [where, cost] of sorted.slice(0, Number(lines))) console.log(`${cost.toFixed(2).padStart(9)}  ${where}`)
}

await load(20_000)
const session = new Session()
session.connect()
const calls = 20_000

await session.post('HeapProfiler.startSampling', {
  samplingInterval: 1024,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
} as never)
await load(calls)
const { profile: heap } = await session.post('HeapProfiler.stopSampling')
const bytes = new Map<string, number>()
const walk = ({ callFrame, selfSize, children }: typeof heap.head): void => {
  const where = place(callFrame)
  bytes.set(where, (bytes.get(where) ?? 0) + selfSize / calls)
  children.forEach(walk)
}
walk(heap.head)
print('Heap', 'B', bytes)

await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: 200 })
await session.post('Profiler.start')
await load(calls)
const { profile } = await session.post('Profiler.stop')
const frames = new Map(profile.nodes.map((node) => [node.id, place(node.callFrame)]))
const micros = new Map<string, number>()
profile.samples!.forEach((id, index) => {
  const where = frames.get(id)!
  if (!where.startsWith('(idle)')) micros.set(where, (micros.get(where) ?? 0) + profile.timeDeltas![index]! / calls)
})
print('Time', 'µs', micros)

server.close()
process.exit()

/**
 * Many calls through the default stack, on both transports, over real TLS, to a server that does everything wrong: nothing
 * may be lost, nothing done twice, and nothing left. `npm run soak -- --minutes 10 --seed 1`; exits with 1 when one is not so.
 * With `--keep` it writes test/bench/results/soak.md.
 */
import { parseArgs } from 'node:util'
import { Child } from '../harness/child.ts'
import { keepText } from '../harness/kept.ts'
import { machine } from '../harness/machine.ts'
import type { CallerBooks, CallerState } from './caller.ts'
import type { Books, Opened } from './chaos-server.ts'
import { findings, type Sample } from './findings.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.minutes) * 60
const every = Math.max(1, Math.min(15, seconds / 20))
const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const server = await Child.start('server', new URL('chaos-server.ts', import.meta.url), [values.seed])
const { origins, ca } = await server.ask<Opened>('open')
const callers: Child[] = []
for (const [index, transport] of ['undici', 'got'].entries()) {
  const args = [transport, values.seed, String(index), ca, ...origins]
  callers.push(await Child.start(transport, new URL('caller.ts', import.meta.url), args, ['--expose-gc']))
}

const samples = new Map<string, Sample[]>(callers.map(({ name }) => [name, []]))
const began = performance.now()
for (let at = every; at <= seconds; at += every) {
  await pass(Math.max(0, began + at * 1000 - performance.now()))
  const told: string[] = []
  for (const caller of callers) {
    const { calls, heap } = await caller.ask<CallerState>('state')
    samples.get(caller.name)!.push({ calls, heap })
    told.push(`${caller.name} ${calls} calls, heap ${(heap / 1e6).toFixed(1)} MB`)
  }
  process.stderr.write(`${Math.round(at)} s of ${seconds}: ${told.join('; ')}\n`)
}

const books = new Map<string, CallerBooks>()
for (const caller of callers) books.set(caller.name, await caller.ask<CallerBooks>('stop'))
// what a socket has to say of its end comes a little later
await pass(500)
const handles = new Map<string, readonly string[]>()
for (const caller of callers) handles.set(caller.name, (await caller.ask<CallerState>('state')).handles)
const served = await server.ask<Books>('books')
for (const child of [...callers, server]) child.close()

const { text, holds } = findings({ books, handles, samples, served, seconds: (performance.now() - began) / 1000 })
const told = `*${machine()}; ${values.minutes} minutes, seed ${values.seed}.*\n\n${text}\n`
console.log(told)
if (values.keep) keepText('soak', told)
process.exitCode = holds ? 0 : 1

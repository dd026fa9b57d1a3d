/**
 * Puts Penstock beside its peers, on the same work in the same run: `npm run bench` for all tables, `npm run bench -- small`
 * for one. A process each, rounds interleaved, ratios of one round, medians of all.
 *
 *   --rounds 9      of each run                 --runs 1     whole runs, one after the other
 *   --only a,b      subjects with a or b in their name       --keep   write test/bench/results/NAME.json
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine } from './harness/machine.ts'
import { markdown } from './harness/markdown.ts'
import type { Samples } from './harness/samples.ts'
import { parts } from './parts.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    runs: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
  },
})
const unknown = positionals.filter((name) => !parts.some((part) => part.name === name))
if (unknown.length > 0)
  throw new Error(`no table ${unknown.join(', ')}: give ${parts.map(({ name }) => name).join(', ')}`)

const only = values.only.split(',').filter((part) => part !== '')
const chosen = parts.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const results = join(import.meta.dirname, 'results')

console.log(`${machine()}\n`)
for (const part of chosen) {
  const runs: Samples[] = []
  for (let run = 0; run < Number(values.runs); run++) {
    const progress = (says: string) => show(`${part.name}, run ${run + 1} of ${values.runs}: ${says}`)
    runs.push(await part.measure({ rounds: Number(values.rounds), only, progress }))
  }
  show('')
  console.log(`${markdown(part, runs)}\n`)
  if (values.keep) {
    mkdirSync(results, { recursive: true })
    const kept = JSON.stringify({ machine: machine(), rounds: Number(values.rounds), runs }, rounded)
    writeFileSync(join(results, `${part.name}.json`), `${kept}\n`)
  }
}

/** In one line of the terminal; a line each where there is none. */
function show(says: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${says}`)
  else if (says !== '') process.stderr.write(`${says}\n`)
}

/** What is beyond four digits is noise. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}

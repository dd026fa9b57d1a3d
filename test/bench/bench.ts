/**
 * Puts Penstock beside its peers, on the same work in the same run: `npm run bench` for all tables, `npm run bench -- small`
 * for one. A process each, rounds interleaved, ratios of one round, medians of all.
 *
 *   --rounds 9      of each run                 --runs 1     whole runs, one after the other
 *   --only a,b      subjects with a or b in their name       --keep       write test/bench/results/NAME.json
 *   --publish       write docs/performance.md and its picture of what was kept; with --rounds 0, of that alone
 */
import { parseArgs } from 'node:util'
import { keep } from './harness/kept.ts'
import { machine } from './harness/machine.ts'
import { markdown } from './harness/markdown.ts'
import type { Samples } from './harness/samples.ts'
import { parts } from './parts.ts'
import { publish } from './publish.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    runs: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
  },
})
const unknown = positionals.filter((name) => !parts.some((part) => part.name === name))
if (unknown.length > 0)
  throw new Error(`no table ${unknown.join(', ')}: give ${parts.map(({ name }) => name).join(', ')}`)

const only = values.only.split(',').filter((part) => part !== '')
const rounds = Number(values.rounds)
const chosen = parts.filter(({ name }) => rounds > 0 && (positionals.length === 0 || positionals.includes(name)))

console.log(`${machine()}\n`)
for (const part of chosen) {
  const runs: Samples[] = []
  for (let run = 0; run < Number(values.runs); run++) {
    const progress = (says: string) => show(`${part.name}, run ${run + 1} of ${values.runs}: ${says}`)
    runs.push(await part.measure({ rounds, only, progress }))
    // what there is, should the next run not come to its end
    if (values.keep) keep(part.name, rounds, runs)
  }
  show('')
  console.log(`${markdown(part, runs)}\n`)
}
if (values.publish) publish()

/** In one line of the terminal; a line each where there is none. */
function show(says: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${says}`)
  else if (says !== '') process.stderr.write(`${says}\n`)
}

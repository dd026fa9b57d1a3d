/**
 * Holds to their bounds, in real time and over real sockets, what the tests hold on a virtual clock: a body that stalls ends
 * with its time, ± 50 ms; a call on a kept connection that the server has given up recovers in less than 20 ms (median of
 * 50); an abort rejects in less than 5 ms (p99 of 1 000, over the states a call can wait in). Prints a table, and exits
 * with 1 when a bound is broken. `npm run check:latency -- --only stalls`, `stale` or `aborts` for a part. Takes a minute.
 */
import { parseArgs } from 'node:util'
import { aborts } from '../test/bench/latency/aborts.ts'
import type { Row } from '../test/bench/latency/measured.ts'
import { stale } from '../test/bench/latency/stale.ts'
import { stalls } from '../test/bench/latency/stalls.ts'

const checks: Readonly<Record<string, () => Promise<readonly Row[]>>> = { stalls, stale, aborts }
const { values } = parseArgs({ options: { only: { type: 'string' } } })
const { only } = values
if (only !== undefined && !(only in checks)) throw new Error(`--only ${only}: give ${Object.keys(checks).join(', ')}`)

console.log('| | transport | bound | measured | |\n| --- | --- | --- | --- | --- |')
let missed = 0
for (const [name, check] of Object.entries(checks)) {
  if (only !== undefined && only !== name) continue
  for (const { what, on, bound, measured, holds } of await check()) {
    if (!holds) missed++
    console.log(`| ${what} | ${on} | ${bound} | ${measured} | ${holds ? '' : 'misses'} |`)
  }
}
console.log(missed === 0 ? 'Every bound holds.' : `${missed} bounds are broken.`)
process.exitCode = missed === 0 ? 0 : 1

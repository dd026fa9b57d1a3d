/**
 * Holds rateLimit to its figures in real time: 24 servers on this machine that count what arrives, all at once; first with one
 * process that sends, then with four that share the limits on one Redis. Prints a table each, and exits with 1 when a cell
 * misses. `npm run check:limits -- --seconds 20` for a short trial, `--only one` or `--only four` for a half of it, `--break`
 * to kill Redis half-way and start another 5 s later: 1 % may be refused then, and how much is used does not count. Needs
 * redis-server (Debian's package) for four. Takes six minutes, so it is not a part of `npm test`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cells, type ClientReport, type Count, type Message } from '../test/bench/limits/cells.ts'
import { type RedisServer, startRedis } from '../test/support/redis.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '180' },
    only: { type: 'string' },
    break: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds}: give a number above zero`)

let missed = 0
if (values.only !== 'four') missed += await check(1)
if (values.only !== 'one') {
  await using redis = await startRedis()
  missed += await check(4, redis)
}
console.log(missed === 0 ? 'Every cell holds.' : `${missed} cells miss.`)
process.exitCode = missed === 0 ? 0 : 1

async function check(processes: number, redis?: RedisServer): Promise<number> {
  console.log(`\n${processes === 1 ? 'One process' : `${processes} processes on one Redis`}, ${seconds} s`)
  const server = started('server-process.ts')
  const { port } = await next(server, 'port')
  const setup = JSON.stringify({ port, milliseconds: seconds * 1000, processes, redis: redis?.url })
  const clients = Array.from({ length: processes }, () => started('client-process.ts', setup))
  const from = performance.now()
  const progress = setInterval(() => void told(server, from), 10_000)
  if (values.break && redis !== undefined) setTimeout(() => void broken(redis), seconds * 500)
  const reports = await Promise.all(clients.map(async (client) => (await next(client, 'done')).done))
  clearInterval(progress)
  const { counts, late } = await counted(server)
  server.disconnect()
  const bars = redis !== undefined && values.break ? { used: 0, refused: 0.01 } : { used: 0.94, refused: 0.005 }
  return table(counts, bars) + troubles(reports, late)
}

async function told(server: ChildProcess, from: number): Promise<void> {
  const { counts } = await counted(server)
  const [sent, refused] = [sum(counts, 'sent'), sum(counts, 'refused')]
  console.log(`  ${Math.round((performance.now() - from) / 1000)} s: ${sent} sent, ${refused} refused`)
}

async function broken(redis: RedisServer): Promise<void> {
  console.log('  kills Redis')
  await redis.kill()
  await new Promise((resolve) => setTimeout(resolve, 5000))
  await redis.restart()
  console.log('  Redis is back, and empty')
}

function started(file: string, ...args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, '../test/bench/limits', file), args, { execArgv: ['--conditions=source'] })
}

function next<Key extends string>(child: ChildProcess, key: Key): Promise<Extract<Message, Record<Key, unknown>>> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null) =>
      reject(new Error(`A process of the check has ended with ${code ?? signal}`))
    const told = (message: unknown) => {
      if (!(key in (message as Message))) return
      child.off('message', told).off('exit', ended)
      resolve(message as Extract<Message, Record<Key, unknown>>)
    }
    child.on('message', told).once('exit', ended)
  })
}

async function counted(server: ChildProcess): Promise<Extract<Message, { counts: unknown }>> {
  const counts = next(server, 'counts')
  server.send('count')
  return counts
}

function sum(counts: readonly Count[], key: 'sent' | 'refused'): number {
  return counts.reduce((all, each) => all + each[key], 0)
}

function table(counts: readonly Count[], bars: { readonly used: number; readonly refused: number }): number {
  let missed = 0
  console.log(
    '| a second | server | replies after | used % | refused % | sent | |\n| --- | --- | --- | --- | --- | --- | --- |',
  )
  cells.forEach(({ limit, kind, slow }, index) => {
    const { used, sent, refused } = counts.at(index)!
    const holds = used >= bars.used && refused / sent <= bars.refused
    if (!holds) missed++
    const [percent, part] = [(100 * used).toFixed(2), ((100 * refused) / sent).toFixed(2)]
    const replies = slow ? '0.2–1.5 s' : '50 ms'
    console.log(`| ${limit} | ${kind} | ${replies} | ${percent} | ${part} | ${sent} | ${holds ? '' : 'misses'} |`)
  })
  return missed
}

/** What no limit explains: each is a miss. */
function troubles(reports: readonly ClientReport[], serverLate: number): number {
  const lost = reports.flatMap((report) => Object.entries(report.lost).map(([code, count]) => `${count} × ${code}`))
  const unhandled = reports.flatMap((report) => report.unhandled)
  const late = Math.max(...reports.map((report) => report.late))
  console.log(`timers ${late} ms late at most, the server's ${serverLate} ms; lost: ${lost.join(', ') || 'none'}`)
  for (const error of unhandled) console.log(`unhandled: ${error}`)
  return lost.length + unhandled.length
}

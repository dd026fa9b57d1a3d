/** One of the processes of a check: a backlog that never ends in each cell, for as long as it is told. */
import { client, pipeline } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { rateLimit, status, token } from '@penstock/middleware'
import { cells, type ClientReport } from './cells.ts'

const { port, milliseconds, processes, redis } = JSON.parse(process.argv[2]!) as {
  port: number
  milliseconds: number
  processes: number
  redis?: string
}
const lost: Record<string, number> = {}
const unhandled: string[] = []
process.on('unhandledRejection', (error) => void unhandled.push(String(error)))

// good for half of the time, and 300 ms to get
let tokens = 0
const bearer = token({
  source: async (call) =>
    (await call.wait(300)) ?? {
      token: `token-${++tokens}`,
      expiresIn: tokens === 1 ? milliseconds / 2 + 5000 : Infinity,
    },
  skew: 5000,
})
const transport = undiciTransport()
const over = new AbortController()
const clients = cells.map(({ limit }) =>
  client({
    pipeline: pipeline([bearer, rateLimit({ limit, ...(redis === undefined ? {} : { redis }) }), status()], transport),
    origin: `http://127.0.0.1:${port}`,
  }),
)

let late = 0
let expected = performance.now() + 100
const watch = setInterval(() => {
  late = Math.max(late, performance.now() - expected)
  expected = performance.now() + 100
}, 100)

const workers = cells.flatMap(({ limit }, index) =>
  Array.from({ length: Math.ceil((3 * limit) / processes) }, async () => {
    while (!over.signal.aborted) {
      const outcome = await clients[index]!.outcome({ path: `/${index}`, signal: over.signal })
      if (!outcome.failed) await outcome.body.read()
      else if (outcome.verdict !== 'cancelled') {
        lost[outcome.code] = (lost[outcome.code] ?? 0) + 1
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }),
)
await new Promise((resolve) => setTimeout(resolve, milliseconds))
over.abort()
await Promise.all(workers)
await Promise.all(clients.map((each) => each.close()))
clearInterval(watch)
const done: ClientReport = { lost, unhandled, late: Math.round(late) }
process.send!({ done }, () => process.disconnect())

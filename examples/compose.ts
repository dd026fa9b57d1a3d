/**
 * A stack of one's own, for any HTTP API: `npm run example compose`. A server on loopback fails now and then; the stack
 * says what it will do, what one call may do otherwise, and what happened.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { client, pipeline } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import {
  circuitBreaker,
  credential,
  deadline,
  rateLimit,
  requestLog,
  retry,
  status,
  timeout,
} from '@penstock/middleware'

let asked = 0
const server = createServer((_, response) => {
  asked++
  response.writeHead(asked % 3 === 1 ? 503 : 200, { 'content-type': 'application/json' }).end(`{"asked":${asked}}`)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const stack = pipeline(
  [
    requestLog({ onRetry: ({ attempt }) => console.log(`  attempt ${attempt}`) }),
    deadline({ after: 10_000 }),
    retry({ retries: 2, delay: 20 }),
    circuitBreaker(),
    credential({ bearer: 'a-key' }),
    rateLimit({ limit: 50 }),
    timeout({ after: 2_000 }),
    status(),
  ],
  undiciTransport(),
)
console.log(String(stack.plan()))
console.log(
  `at most ${stack.plan().attempts} attempts and ${stack.plan().milliseconds / 1000} s; doubts: ${stack.lint().length}`,
)

const http = client({ pipeline: stack, origin })
const reply = await http.get('/things')
console.log(await reply.json())
console.log(reply.explain())

asked = 0
const impatient = await http.get('/things', { layers: { retry: false } }).catch((error: Error) => error)
console.log(impatient instanceof Error ? impatient.message : impatient.status)

await http.close()
server.close()

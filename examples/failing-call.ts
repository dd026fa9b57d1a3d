/**
 * A program that knows nothing of diagnostics, and a server in trouble. Run it as
 * `PENSTOCK_DIAGNOSE=errors npm run example failing-call`.
 */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { client, isPenstockError, pipeline } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { defaultStack } from '@penstock/middleware'

// busy at first, then it drops the connection, then it says nothing more
let asked = 0
const server = createServer((request, response) => {
  asked++
  if (asked === 1) setTimeout(() => response.writeHead(503, { 'content-type': 'text/plain' }).end('busy'), 80)
  else if (asked === 2) setTimeout(() => request.socket.destroy(), 60)
}).listen(0, 'localhost')
await once(server, 'listening')
const { port } = server.address() as AddressInfo

const stack = pipeline(
  [...defaultStack({ deadline: 5000, timeout: 400, retry: { retries: 2, delay: 300 } })],
  gotTransport(),
)
const http = client({ pipeline: stack, origin: `http://localhost:${port}` })
try {
  await http.get('/invoices')
} catch (error) {
  if (!isPenstockError(error)) throw error
  console.log(error.code)
} finally {
  await http.close()
  server.close()
  server.closeAllConnections()
}

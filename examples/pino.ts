/** One line a call, one an attempt at debug, by pino as it is. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { client, pipeline } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { requestLog, retry, status } from '@penstock/middleware'
import pino from 'pino'

let asked = 0
const server = createServer((_, response) => response.writeHead(++asked === 1 ? 503 : 200).end('{}'))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const logger = pino({ level: 'debug' })
const stack = pipeline([requestLog({ logger }), retry({ delay: 10 }), status()], gotTransport())
const http = client({ pipeline: stack, origin })
await http.get('/things?token=never-logged')

await http.close()
server.close()

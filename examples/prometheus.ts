/**
 * What Prometheus reads of a program's calls: `npm run example prometheus`. A server on loopback fails now and then; the
 * numbers are served by the program, read once over HTTP as Prometheus would, and printed.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { client, pipeline } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { metrics, retry, status } from '@penstock/middleware'
import { Registry } from 'prom-client'

let asked = 0
const server = createServer((_, response) => response.writeHead(++asked % 3 === 1 ? 503 : 200).end('{}'))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

// one registry for the whole program: its other metrics, and those of other clients, stand in it too
const registry = new Registry()
const measured = metrics({ registry, prefix: 'shop' })
const http = client({ pipeline: pipeline([measured, retry({ delay: 10 }), status()], undiciTransport()), origin })
for (const id of [7, 8, 9]) await http.get('/things/{id}', { params: { id } })

const { url } = await measured.listen(0)
const scraped = await (await fetch(url)).text()
console.log(url)
for (const line of scraped.split('\n')) if (/^[a-z]/.test(line) && !line.includes('_bucket')) console.log(line)

await http.close() // closes the page too
server.close()

/**
 * Runs in a network of its own, as the only thing there, with resolv.conf and hosts of its own: a name server on port 53,
 * a web server on port 80, and the doctor for each origin. Tells what it found as JSON.
 */
import http from 'node:http'
import { once } from 'node:events'
import { nameServer, type Zone } from '../support/name-server.ts'
import { examined } from './examined.ts'

const [zone, origins] = JSON.parse(process.argv[2]!) as readonly [Zone, readonly string[]]

await using _ = await nameServer(zone, 53)
const server = http.createServer((__, response) => response.end('ok')).listen(80, '127.0.0.1')
await once(server, 'listening')
const told = []
for (const origin of origins) told.push(await examined({ origin, only: ['tcp'] }))
process.stdout.write(JSON.stringify(told))
// the system's resolver may still wait for a silent server, and nobody waits for it
process.exit(0)

/** 24 servers of a limit each, in a process of their own: what arrives is counted 5 to 50 ms later, by one of three ways. */
import http from 'node:http'
import os from 'node:os'
import type { AddressInfo } from 'node:net'
import { limitedServers } from '../../support/limited-servers.ts'
import { slope } from '../../support/slope.ts'
import { cells, type Count } from './cells.ts'

// another machine in real life: it is not late because those that send are busy
try {
  os.setPriority(-5)
} catch {}

const servers = cells.map(({ limit, kind }) => ({
  admits: limitedServers[kind](limit, 1000, 1000 * Math.random()),
  accepted: [] as number[],
  refused: 0,
}))

const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const index = Number(request.url!.split('/')[1])
  const [cell, counts] = [cells[index]!, servers[index]!]
  request.resume()
  setTimeout(
    () => {
      const at = performance.now()
      const good = counts.admits(at)
      if (good) counts.accepted.push(at)
      else counts.refused++
      const took = good && cell.slow ? 200 + 1300 * Math.random() : 50
      setTimeout(() => response.writeHead(good ? 200 : 429).end(), took)
    },
    5 + 45 * Math.random(),
  )
})

server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }))

let late = 0
let expected = performance.now() + 20
setInterval(() => {
  late = Math.max(late, performance.now() - expected)
  expected = performance.now() + 20
}, 20)

process.on('message', () => {
  const counts = servers.map(({ accepted, refused }, index): Count => {
    const sent = accepted.length + refused
    return { used: slope(accepted) / cells[index]!.limit, sent, refused, accepted: accepted.length }
  })
  process.send!({ counts, late: Math.round(late) })
})
process.on('disconnect', () => process.exit())

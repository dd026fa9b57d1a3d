import { once } from 'node:events'
import http2 from 'node:http2'
import { undiciTransport } from '@penstock/core/undici'
import { tls } from '@penstock/middleware'
import { certificate } from '../../support/certificates.ts'
import { listening, onHead, serving, servingBytes } from '../../support/loopback.ts'
import { ms, pass, quantile, type Row, timed } from './measured.ts'
import { over, transports } from './transports.ts'

const tries = 50

/** A call on a kept connection that the server has given up goes well, in no time. */
export async function stale(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [on, make] of transports) {
    rows.push(row('a GET on a kept connection that is cut under it', on, await cutGets(make)))
    rows.push(row('a POST when its kept connection was closed: nothing sent', on, await closedPosts(make)))
  }
  rows.push(row('a POST that the server says it has not looked at', 'undici, HTTP/2', await refusedPosts()))
  return rows
}

function row(what: string, on: string, took: readonly number[]): Row {
  const median = quantile(0.5, took)
  const measured = `${ms(median)}, ${ms(Math.max(...took))} at most`
  return { what, on, bound: `median of ${tries} < 20 ms`, measured, holds: median < 20 }
}

type Make = (typeof transports)[number][1]

/** Every connection answers once, and is cut at its second request. */
async function cutGets(make: Make): Promise<readonly number[]> {
  await using server = await servingBytes((socket) => {
    let requests = 0
    onHead(socket, () => {
      if (++requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      else socket.resetAndDestroy()
    })
  })
  await using http = over(make({ connections: 1 }), server.origin)
  await (await http.get('/')).bytes()
  const took: number[] = []
  while (took.length < tries) {
    await pass(2)
    took.push(
      await timed(async () => {
        const reply = await http.get('/')
        await reply.bytes()
        if (reply.ledger.trips.length !== 2) throw new Error('The kept connection was not cut')
      }),
    )
  }
  return took
}

/** The server closes the kept connection before the POST is made. */
async function closedPosts(make: Make): Promise<readonly number[]> {
  await using server = await serving((_, response) => response.end('ok'))
  await using http = over(make({ connections: 1 }), server.origin)
  const took: number[] = []
  while (took.length < tries) {
    await (await http.get('/')).bytes()
    await pass(2)
    for (const socket of server.sockets) {
      socket.end()
      await once(socket, 'close')
    }
    await pass(2)
    took.push(await timed(async () => (await http.post('/', { json: { a: 1 } })).bytes()))
  }
  return took
}

/** HTTP/2 alone can say that nobody has looked at a request that arrived. */
async function refusedPosts(): Promise<readonly number[]> {
  const { key, cert } = await certificate({ ip: '127.0.0.1' })
  const server = http2.createSecureServer({ key, cert })
  let streams = 0
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    if (++streams % 2 === 1) stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)
    else stream.respond({ ':status': 200 }, { endStream: true })
  })
  await using there = await listening(server, 'https')
  await using http = over(undiciTransport({ http2: true }), there.origin, [tls({ ca: cert })])
  const took: number[] = []
  while (took.length < tries) took.push(await timed(async () => (await http.post('/', { json: { a: 1 } })).bytes()))
  if (streams !== 2 * tries)
    throw new Error(`${tries} calls came as ${streams} streams: not every first one was refused`)
  return took
}

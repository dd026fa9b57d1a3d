import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { onceBody, Secret } from '@penstock/core'
import { cookies, redirect } from '@penstock/middleware'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over, settled } from '../support/transports.ts'

/** A server that sends everybody to `location`, and writes down who came. */
async function leading(location: (request: IncomingMessage) => string | undefined, status = 307, body = 'moved') {
  const seen: IncomingMessage[] = []
  const bodies: string[] = []
  const server = await serving(async (request, response) => {
    seen.push(request)
    bodies.push((await buffer(request)).toString())
    const to = location(request)
    if (to !== undefined) response.writeHead(status, { location: to, 'set-cookie': [`at=${seen.length}`, 'b=2'] })
    response.end(to === undefined ? 'there' : body)
  })
  return Object.assign(server, { seen, bodies })
}

onBothTransports((make) => {
  test('nothing that belongs to one origin arrives at another: no header, no parameter, no cookie', async () => {
    await using other = await leading(() => undefined)
    await using server = await leading(
      (request) =>
        `${other.origin.replace('127.0.0.1', 'localhost')}/b${new URL(request.url!, 'http://a').search}&page=2`,
    )
    await using http = over(make(), server.origin, [redirect(), cookies()])
    const headers = {
      authorization: 'Bearer canary',
      cookie: 'sid=canary',
      'x-api-key': 'canary',
      'x-secret-thing': new Secret('thing', 'canary'),
      accept: 'text/plain',
    }
    const reply = await http.get('/a', { headers, query: { key: new Secret('key', 'canary') } })

    expect(await reply.text()).toBe('there')
    expect(JSON.stringify([server.seen[0]!.rawHeaders, server.seen[0]!.url])).toMatch(/(canary.*){5}/)
    const [arrived] = other.seen
    expect(arrived!.url).toBe('/b?page=2')
    expect(Object.keys(arrived!.headers).toSorted()).toEqual(['accept', 'accept-encoding', 'connection', 'host'])
  })

  test('cookies of every hop are kept, both of two', async () => {
    await using server = await leading((request) =>
      request.url === '/2' ? undefined : `/${Number(request.url!.slice(1)) + 1}`,
    )
    const jar = cookies()
    await using http = over(make(), server.origin, [redirect(), jar])
    await (await http.get('/0')).bytes()
    expect(server.seen.map(({ headers }) => headers.cookie)).toEqual([undefined, 'at=1; b=2', 'at=2; b=2'])
  })

  test.each([301, 302, 303, 307, 308])('%d is followed with the method and body it asks for', async (status) => {
    await using server = await leading((request) => (request.url === '/b' ? undefined : '/b'), status)
    await using http = over(make(), server.origin, [redirect()])
    expect(await (await http.post('/a', { json: { a: 1 } })).text()).toBe('there')
    const kept = status > 303
    expect(server.seen.map(({ method }) => method)).toEqual(['POST', kept ? 'POST' : 'GET'])
    expect(server.bodies).toEqual(['{"a":1}', kept ? '{"a":1}' : ''])
    expect(server.seen[1]!.headers['content-type']).toBe(kept ? 'application/json' : undefined)
  })

  test('a body that can be read once is not sent again, nor an empty one in its place', async () => {
    await using server = await leading((request) => (request.url === '/b' ? undefined : '/b'))
    await using http = over(make(), server.origin, [redirect()])
    async function* once() {
      yield Buffer.from('once')
    }
    expect(await http.outcome({ method: 'PUT', path: '/a', body: onceBody(once()) })).toMatchObject({
      code: 'BODY_SPENT',
    })
    expect(server.bodies).toEqual(['once'])
  })

  test('the connection of a short reply carries the next request; that of an endless one is closed', async () => {
    await using server = await serving((request, response) => {
      if (request.url === '/there') return response.end('there')
      response.writeHead(302, { location: '/there' })
      if (request.url === '/short') return response.end('moved')
      response.on('error', () => {})
      const more = () => response.writable && response.write(Buffer.alloc(65_536), () => setImmediate(more))
      return more()
    })
    await using http = over(make(), server.origin, [redirect()])
    expect(await (await http.get('/short')).text()).toBe('there')
    await settled()
    const [first] = server.sockets
    expect(await (await http.get('/endless')).text()).toBe('there')
    await settled(20)
    expect([server.sockets.has(first!), server.sockets.size]).toEqual([false, 1])
  })
})

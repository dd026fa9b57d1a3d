import { once } from 'node:events'
import { ledgerOf } from '@penstock/core'
import { expect, test } from 'vitest'
import { onHead, serving, servingBytes } from '../support/loopback.ts'
import { onBothTransports, over, settled } from '../support/transports.ts'

const empty = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'

onBothTransports((make) => {
  test('calls one after the other share a socket, and say so', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    await using http = over(make(), server.origin)
    const reused = []
    for (let n = 0; n < 3; n++) {
      const reply = await http.get('/')
      await reply.bytes()
      reused.push(reply.ledger.trips[0]!.reusedSocket)
      await settled()
    }
    expect(reused).toEqual([false, true, true])
    expect(server.opened).toBe(1)
  })

  test('the socket of a HEAD is kept', async () => {
    await using server = await serving((_, response) => response.setHeader('content-length', 5).end())
    await using http = over(make(), server.origin)
    await (await http.head('/')).bytes()
    await settled()
    await (await http.head('/')).bytes()
    expect(server.opened).toBe(1)
  })

  test('keepAlive: 0 keeps no socket', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    await using http = over(make({ keepAlive: 0 }), server.origin)
    for (let n = 0; n < 2; n++) {
      const [socket] = [await (await http.get('/')).bytes().then(() => [...server.sockets][0])]
      if (socket !== undefined) await once(socket, 'close')
    }
    expect(server.opened).toBe(2)
  })

  test('connections bounds the sockets of an origin, and calls beyond wait', async () => {
    await using server = await serving((_, response) => setImmediate(() => response.end('ok')))
    await using http = over(make({ connections: 2 }), server.origin)
    await Promise.all(Array.from({ length: 12 }, async () => (await http.get('/')).bytes()))
    expect(server.opened).toBe(2)
  })

  test('the connection of a reply that nobody reads is given back by discard()', async () => {
    await using server = await serving((_, response) => response.write('x'))
    await using http = over(make(), server.origin)
    const reply = await http.get('/')
    const [socket] = server.sockets
    reply.discard()
    await once(socket!, 'close')
    await expect(reply.bytes()).rejects.toMatchObject({ code: 'BODY_DISCARDED' })
  })

  /** Answers the first request of a socket, and cuts the socket at the second. */
  const staleServer = () =>
    servingBytes((socket) => {
      let requests = 0
      onHead(socket, () => {
        if (++requests === 1) socket.write(empty)
        else socket.resetAndDestroy()
      })
    })

  test('a GET on a kept socket that turns out stale goes out again at once, and both trips are in the ledger', async () => {
    await using server = await staleServer()
    await using http = over(make({ connections: 1 }), server.origin)
    await (await http.get('/')).bytes()
    await settled()
    const reply = await http.get('/')
    expect(reply.ledger.trips.map(({ code, status, reusedSocket }) => ({ code, status, reusedSocket }))).toEqual([
      { code: 'CONNECTION_RESET', status: undefined, reusedSocket: true },
      { code: undefined, status: 200, reusedSocket: false },
    ])
  })

  test('a POST that may have arrived does not go out again', async () => {
    await using server = await staleServer()
    await using http = over(make({ connections: 1 }), server.origin)
    await (await http.get('/')).bytes()
    await settled()
    const error = await http.post('/', { json: 1 }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'CONNECTION_RESET', phase: 'wait', sent: 'all' })
    expect(ledgerOf(error)!.trips).toHaveLength(1)
  })

  test('a POST that is repeatable does', async () => {
    await using server = await staleServer()
    await using http = over(make({ connections: 1 }), server.origin)
    await (await http.get('/')).bytes()
    await settled()
    const reply = await http.post('/', { json: 1, repeatable: 'always' })
    expect(reply.ledger.trips).toHaveLength(2)
  })
})

import { once } from 'node:events'
import { expect, test } from 'vitest'
import { servingBytes } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

onBothTransports((make) => {
  test('a server that changes the protocol unasked fails the call, and loses its socket', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<unknown>()
    await using server = await servingBytes((socket) => {
      resolve(once(socket, 'close'))
      socket.resume().on('end', () => socket.end())
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      )
    })
    await using http = over(make(), server.origin)
    await expect(http.get('/')).rejects.toMatchObject({ code: 'PROTOCOL', verdict: 'network', phase: 'wait' })
    await gone
    expect(server.sockets.size).toBe(0)
  })
})

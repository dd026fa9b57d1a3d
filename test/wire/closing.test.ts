import { once } from 'node:events'
import { client, pipeline } from '@penstock/core'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

onBothTransports((make) => {
  const holding = () => {
    const held = Promise.withResolvers<import('node:http').ServerResponse>()
    return { held: held.promise, server: serving((_, response) => held.resolve(response)) }
  }

  test('close() lets a call in flight end, and then closes its socket', async () => {
    const { held, server } = holding()
    await using there = await server
    const http = over(make(), there.origin)
    const call = http.get('/')
    const response = await held
    const [socket] = there.sockets
    const closing = http.close()
    response.end('in time')
    expect(await (await call).text()).toBe('in time')
    await closing
    if (!socket!.destroyed) await once(socket!, 'close')
  })

  test('close() aborts what does not end within its time, for the reason that it was closed', async () => {
    const { held, server } = holding()
    await using there = await server
    const http = over(make(), there.origin)
    const call = http.get('/').catch((error: unknown) => error)
    await held
    await http.close({ within: 20 })
    expect(await call).toMatchObject({ code: 'CLIENT_CLOSED', phase: 'wait', sent: 'all' })
  })

  test('a transport that is closed under its calls loses their connections', async () => {
    const { held, server } = holding()
    await using there = await server
    const transport = make({ connections: 1 })
    await using http = over(transport, there.origin)
    const call = http.get('/').catch((error: unknown) => error)
    await held
    const queued = http.get('/').catch((error: unknown) => error)
    await new Promise(setImmediate)
    await transport.close()
    expect(await call).toMatchObject({ code: 'CONNECTION_CLOSED', phase: 'wait' })
    expect(await queued).toMatchObject({ code: 'CONNECTION_CLOSED', sent: 'none' })
  })

  test('a closed transport sends nothing', async () => {
    await using there = await serving((_, response) => response.end())
    const transport = make()
    await using http = over(transport, there.origin)
    await transport.close()
    await expect(http.get('/')).rejects.toMatchObject({ code: 'CLIENT_CLOSED', sent: 'none' })
    expect(there.opened).toBe(0)
  })

  test('await using closes the client with its block', async () => {
    await using there = await serving((_, response) => response.end('ok'))
    let socket
    {
      await using http = client({ pipeline: pipeline([], make()), origin: there.origin })
      await (await http.get('/')).bytes()
      ;[socket] = there.sockets
    }
    if (socket !== undefined && !socket.destroyed) await once(socket, 'close')
    expect(there.sockets.size).toBe(0)
  })
})

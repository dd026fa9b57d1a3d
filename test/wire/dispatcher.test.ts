import { once } from 'node:events'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pipeline, type Stackable } from '@penstock/core'
import { toDispatcher } from '@penstock/core/dispatcher'
import { retry, status } from '@penstock/middleware'
import { expect, test } from 'vitest'
import { fetch, FormData, request, stream, upgrade } from 'undici'
import { serving } from '../support/loopback.ts'
import { onBothTransports, settled } from '../support/transports.ts'

onBothTransports((make) => {
  const over = (layers: readonly Stackable[] = []) => toDispatcher(pipeline([...layers], make()))

  test('undici.request posts and reads through the layers', async () => {
    let count = 0
    await using server = await serving(async (incoming, response) => {
      const body = await text(incoming)
      if (++count === 1) response.writeHead(503).end()
      else response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end(`${incoming.url} ${body}`)
    })
    const dispatcher = over([retry({ delay: 1 }), status()])
    const { statusCode, headers, body } = await request(`${server.origin}/a`, {
      dispatcher,
      method: 'PUT',
      body: 'sent',
      query: { b: 'c' },
    })
    expect([statusCode, headers['set-cookie'], await body.text(), count]).toEqual([
      200,
      ['a=1', 'b=2'],
      '/a?b=c sent',
      2,
    ])
    await dispatcher.close()
  })

  test('undici.fetch gets a decoded body once, and an error status as a Response', async () => {
    await using server = await serving((_, response) =>
      response.writeHead(404, { 'content-encoding': 'gzip' }).end(gzipSync('packed')),
    )
    const dispatcher = over([status()])
    const response = await fetch(server.origin, { dispatcher })
    expect([response.status, await response.text()]).toEqual([404, 'packed'])
    await dispatcher.close()
  })

  test('undici.fetch sends a form', async () => {
    await using server = await serving(async (incoming, response) => response.end(await text(incoming)))
    const dispatcher = over()
    const body = new FormData()
    body.append('a', 'b')
    const response = await fetch(server.origin, { dispatcher, method: 'POST', body })
    expect(await response.text()).toContain('name="a"\r\n\r\nb\r\n')
    await dispatcher.close()
  })

  test('undici.stream writes a body out', async () => {
    await using server = await serving((_, response) => response.end('streamed'))
    const dispatcher = over()
    let written = ''
    const sink = new Writable({
      write(piece, _, done) {
        written += String(piece)
        done()
      },
    })
    await stream(server.origin, { dispatcher, method: 'GET' }, () => sink)
    expect(written).toBe('streamed')
    await dispatcher.close()
  })

  test('a body comes as fast as it is read, and destroying it lets go of the socket', async () => {
    let written = 0
    const closed = Promise.withResolvers<void>()
    await using server = await serving(async (_, response) => {
      response.once('close', closed.resolve)
      while (!response.destroyed && written < 64e6) {
        written += 65_536
        if (!response.write(Buffer.alloc(65_536))) await Promise.race([once(response, 'drain'), closed.promise])
      }
    })
    const dispatcher = over()
    const { body } = await request(server.origin, { dispatcher })
    body.on('error', () => {})
    await settled(50)
    body.destroy()
    await closed.promise
    expect(written).toBeLessThan(32e6)
    await dispatcher.close()
  })

  test('an abort is its own reason, and a failure ours', async () => {
    await using server = await serving(({ url, socket }) => void (url === '/gone' && socket.destroy()))
    const dispatcher = over()
    const controller = new AbortController()
    const aborted = request(server.origin, { dispatcher, signal: controller.signal }).catch((error: unknown) => error)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await aborted).toBe(reason)
    await expect(request(`${server.origin}/gone`, { dispatcher })).rejects.toMatchObject({ verdict: 'network' })
    await dispatcher.close()
  })

  test('an upgrade is refused', async () => {
    const dispatcher = over()
    await expect(upgrade('http://127.0.0.1:9', { dispatcher, protocol: 'websocket' })).rejects.toThrow(
      'it upgrades no connection',
    )
    await dispatcher.destroy()
  })
})

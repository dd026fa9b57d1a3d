/** axios, over a stack. */
import { text } from 'node:stream/consumers'
import { pipeline } from '@penstock/core'
import { axiosAdapter } from '@penstock/core/axios'
import { retry, status } from '@penstock/middleware'
import { create, isCancel } from 'axios'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports } from '../support/transports.ts'

onBothTransports((make) => {
  const over = () => create({ adapter: axiosAdapter(pipeline([retry({ delay: 1 }), status()], make())) })

  test('JSON goes out and comes in, with its parameters, through the layers', async () => {
    let count = 0
    await using server = await serving(async (request, response) => {
      const body = await text(request)
      response.writeHead(++count === 1 ? 503 : 200).end(JSON.stringify({ url: request.url, body }))
    })
    const { data } = await over().put(`${server.origin}/a`, { b: 1 }, { params: { c: 2 } })
    expect({ data, count }).toEqual({ data: { url: '/a?c=2', body: '{"b":1}' }, count: 2 })
  })

  test('a body comes as bytes or as a stream', async () => {
    await using server = await serving((_, response) => response.end('body'))
    const bytes = await over().get(server.origin, { responseType: 'arraybuffer' })
    const stream = await over().get(server.origin, { responseType: 'stream' })
    expect([bytes.data, await text(stream.data)]).toEqual([Buffer.from('body'), 'body'])
  })

  test('a status, a lost connection, a timeout and an abort are its errors', async () => {
    await using server = await serving(({ url, socket }, response) => {
      if (url === '/404') response.writeHead(404).end('{"why":"no"}')
      if (url === '/gone') socket.destroy()
    })
    const error = (path: string, options = {}) =>
      over()
        .get(server.origin + path, options)
        .catch((error: unknown) => error)
    expect(await error('/404')).toMatchObject({
      code: 'ERR_BAD_REQUEST',
      response: { status: 404, data: { why: 'no' } },
    })
    expect(await error('/gone')).toMatchObject({ code: 'ERR_NETWORK', cause: { verdict: 'network' } })
    expect(await error('/', { timeout: 20 })).toMatchObject({ code: 'ECONNABORTED' })
    expect(isCancel(await error('/', { signal: AbortSignal.abort() }))).toBe(true)
  })
})

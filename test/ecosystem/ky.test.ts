/** ky, over a stack: JSON, hooks, its timeout, its retries, and its errors. */
import { text } from 'node:stream/consumers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ledgerOf, pipeline } from '@penstock/core'
import { toFetch } from '@penstock/core/fetch'
import { retry, status } from '@penstock/middleware'
import ky, { HTTPError, TimeoutError } from 'ky'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { type Make, onBothTransports } from '../support/transports.ts'

async function site(
  make: Make,
  listener: (request: IncomingMessage, response: ServerResponse, count: number) => unknown,
  layers = [status()] as readonly any[],
) {
  let count = 0
  const server = await serving((request, response) => listener(request, response, ++count))
  const fetch = toFetch(pipeline(layers, make()))
  return {
    http: ky.create({ prefix: server.origin, fetch, retry: 0 }),
    get count() {
      return count
    },
    async [Symbol.asyncDispose]() {
      await fetch.close({ within: 0 })
      await server[Symbol.asyncDispose]()
    },
  }
}

onBothTransports((make) => {
  test('JSON goes out with its length and comes in', async () => {
    await using there = await site(make, async (request, response) => {
      const { 'content-length': length, 'content-type': type } = request.headers
      response.end(JSON.stringify({ body: await text(request), length, type }))
    })
    expect(await there.http.post('things', { json: { a: 1 } }).json()).toEqual({
      body: '{"a":1}',
      length: '7',
      type: 'application/json',
    })
  })

  test('its hooks see the request and the response, whose ledger is known', async () => {
    const seen: unknown[] = []
    await using there = await site(make, ({ headers }, response) => response.end(headers['x-hook']))
    const answer = await there.http
      .get('things', {
        hooks: {
          beforeRequest: [({ request }) => request.headers.set('x-hook', 'set')],
          afterResponse: [({ response }) => void seen.push(response.status, ledgerOf(response)?.trips.length)],
        },
      })
      .text()
    expect({ answer, seen }).toEqual({ answer: 'set', seen: [200, 1] })
  })

  test('an error status is its HTTPError, and the body is there', async () => {
    await using there = await site(make, (_, response) =>
      response.writeHead(422, { 'content-type': 'application/json' }).end('{"why":"no"}'),
    )
    const error = await there.http.get('things').catch((error: unknown) => error)
    expect(error).toBeInstanceOf(HTTPError)
    expect(error).toMatchObject({ response: { status: 422, statusText: 'Unprocessable Entity' }, data: { why: 'no' } })
  })

  test('its own timeout aborts the call', async () => {
    await using there = await site(make, () => {})
    const error = await there.http.get('things', { timeout: 30 }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(TimeoutError)
  })

  test('its own retries send again', async () => {
    await using there = await site(make, (_, response, count) =>
      count === 1 ? response.writeHead(503).end() : response.end('there'),
    )
    const answer = await there.http.get('things', { retry: { limit: 2, delay: () => 1 } }).text()
    expect({ answer, count: there.count }).toEqual({ answer: 'there', count: 2 })
  })

  test('the stack sends the JSON of a PUT again', async () => {
    const bodies: string[] = []
    await using there = await site(
      make,
      async (request, response, count) => {
        bodies.push(await text(request))
        response.writeHead(count === 1 ? 503 : 200).end('there')
      },
      [retry({ delay: 1 }), status()],
    )
    expect(await there.http.put('things', { json: [1] }).text()).toBe('there')
    expect(bodies).toEqual(['[1]', '[1]'])
  })
})

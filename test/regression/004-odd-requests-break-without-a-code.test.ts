import { client, pipeline, type Request } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

test.each([
  ['no path', {}, 'path or method is no text'],
  ['a body of null', { path: '/', body: null }, 'the body is none of text, bytes, stream'],
  ['a number as body', { path: '/', body: 5 }, 'the body is none of text, bytes, stream'],
  ['a number as method', { path: '/', method: {} }, 'path or method is no text'],
  ['a signal that is none', { path: '/', signal: {} }, 'the signal is no AbortSignal'],
  ['headers of fetch', { path: '/', headers: new Headers({ a: 'b' }) }, 'The headers are no plain object'],
  ['headers as a map', { path: '/', headers: new Map([['a', 'b']]) }, 'The headers are no plain object'],
  ['headers as a list', { path: '/', headers: [['a', 'b']] }, 'The headers are no plain object'],
])('%s is refused in words before anything is sent', async (_, request, because) => {
  const transport = scriptedTransport(replies(200))
  const http = client({ pipeline: pipeline([], transport), origin: 'https://api.example.com' })
  await expect(http.send(request as unknown as Request)).rejects.toMatchObject({
    code: 'REQUEST_INVALID',
    kind: 'input',
    message: expect.stringContaining(because) as string,
  })
  expect(transport.calls).toEqual([])
  await http.close()
})

onBothTransports((make) => {
  test.each([5, null, [5]])('a header of %j is refused by its name', async (value) => {
    await using server = await serving((_, response) => response.end())
    await using http = over(make(), server.origin)
    await expect(http.get('/', { headers: { 'x-count': value } as never })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining("the header 'x-count' holds characters that a header may not") as string,
    })
    expect(server.opened).toBe(0)
  })
})

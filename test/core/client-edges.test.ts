import { client, layer, pipeline } from '@penstock/core'
import { hangs, replies, scriptedTransport, stalls, virtualClock } from '@penstock/core/testing'
import { expect, it } from 'vitest'

const origin = 'https://api.example.com'

it.each(['get', 'head', 'post', 'put', 'patch', 'delete'] as const)(
  'sends a %s, with options and without',
  async (method) => {
    const transport = scriptedTransport(replies(200))
    const http = client({ pipeline: pipeline([], transport), origin })
    await http[method]('/a')
    await http[method]('/b', { headers: { 'x-a': '1' } })
    expect(transport.calls.map((call) => [call.method, call.path, call.headers])).toEqual([
      [method.toUpperCase(), '/a', {}],
      [method.toUpperCase(), '/b', { 'x-a': '1' }],
    ])
  },
)

it.each([
  ['http://x.example:8080', 'http://x.example:8080/a'],
  ['https://x.example/', 'https://x.example/a'],
  ['https://x.example/v1/', 'https://x.example/v1/a'],
  ['https://x.example/v1/v2', 'https://x.example/v1/v2/a'],
])('of the origin %s sends to %s', async (base, url) => {
  const transport = scriptedTransport(replies(200))
  await client({ pipeline: pipeline([], transport), origin: base }).get('/a')
  expect(transport.calls[0]!.url).toBe(url)
})

it.each(['https://u@x.example', 'https://:p@x.example', 'https://x.example/?a', 'https://x.example/#a'])(
  'says what an origin like %s may not hold',
  (base) => {
    expect(() => client({ pipeline: pipeline([], scriptedTransport(replies(200))), origin: base })).toThrow(
      'client: origin may hold no user, query or fragment: put credentials in credential()',
    )
  },
)

it.each(['xhttp://x.example', 'httpx://x.example', 'ftp://x.example', '/v1'])('says that %s is no origin', (base) => {
  expect(() => client({ pipeline: pipeline([], scriptedTransport(replies(200))), origin: base })).toThrow(
    'client: origin is not an http or https URL: write it as https://api.example.com',
  )
})

it('says that it is closed to who calls it', async () => {
  const clock = virtualClock()
  const http = client({ pipeline: pipeline([], scriptedTransport(replies(200))), origin, clock })
  await http.close()
  await expect(http.get('/')).rejects.toMatchObject({
    code: 'CLIENT_CLOSED',
    message: `client: the client is closed: GET ${origin}/`,
  })
})

it('closes once the body of its last reply is over', async () => {
  const clock = virtualClock()
  const http = client({ pipeline: pipeline([], scriptedTransport(stalls())), origin, clock })
  const controller = new AbortController()
  const reply = await http.get('/', { stream: true, signal: controller.signal })
  const read = reply.text().catch((thrown: unknown) => thrown)
  let closed = false
  const closing = http.close().then(() => (closed = true))
  await clock.advance(100)
  expect(closed).toBe(false)
  controller.abort('left')
  await closing
  expect([await read, clock.now(), clock.timers]).toEqual(['left', 100, 0])
})

it('at the end of `await using` waits five seconds, like close()', async () => {
  const clock = virtualClock()
  const transport = scriptedTransport(hangs())
  const http = client({ pipeline: pipeline([], transport), origin, clock })
  const failed = http.outcome({ path: '/' })
  let disposed = false
  const disposing = http[Symbol.asyncDispose]().then(() => (disposed = true))
  await clock.advance(4999)
  expect(disposed).toBe(false)
  await clock.advance(1)
  await disposing
  expect((await failed).code).toBe('CLIENT_CLOSED')
})

it('can be closed after a call that was refused, one with a bug and one without an outcome', async () => {
  const clock = virtualClock()
  const bug = new TypeError('a bug')
  const buggy = layer({
    name: 'buggy',
    slot: 'wire',
    run(call, next) {
      if (call.path === '/throws') throw bug
      return call.path === '/rejects' ? Promise.reject(bug) : next(call)
    },
  })
  const http = client({ pipeline: pipeline([buggy], scriptedTransport(replies(200))), origin, clock })
  await expect(http.get('/a b')).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  await expect(http.get('/throws')).rejects.toBe(bug)
  await expect(http.get('/rejects')).rejects.toBe(bug)
  await http.close()
  expect([clock.now(), clock.timers]).toEqual([0, 0])
})

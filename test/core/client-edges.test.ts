import { bytesBody, client, layer, pipeline, Reply } from '@penstock/core'
import { hangs, replies, scriptedTransport, stalls, virtualClock } from '@penstock/core/testing'
import { expect, it, vi } from 'vitest'

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

it('says so when a layer forgets its outcome after many calls, and can be closed then', async () => {
  const clock = virtualClock()
  let calls = 0
  const forgets = layer({
    name: 'forgets',
    slot: 'wire',
    run: async (call, next) => (++calls > 70 ? (undefined as never) : next(call)),
  })
  const http = client({ pipeline: pipeline([forgets], scriptedTransport(replies(200))), origin, clock })
  for (let call = 1; call <= 70; call++) await http.get('/')
  await expect(http.get('/')).rejects.toMatchObject({
    code: 'NO_OUTCOME',
    message: 'A layer gave no outcome: is a "return next(call)" missing? The next time it is named',
  })
  await http.close()
  expect(clock.timers).toBe(0)
})

it('lets go of the body of a reply that comes after its caller has left', async () => {
  const clock = virtualClock()
  const discard = vi.fn<() => void>()
  const late = new Reply(200, {}, { ...bytesBody(new Uint8Array()), discard })
  let answer!: (reply: Reply) => void
  const slow = layer({ name: 'slow', slot: 'wire', run: () => new Promise<Reply>((resolve) => (answer = resolve)) })
  const http = client({ pipeline: pipeline([slow], scriptedTransport(replies(200))), origin, clock })
  const controller = new AbortController()
  const failed = http.get('/', { signal: controller.signal }).catch((thrown: unknown) => thrown)
  controller.abort('left')
  expect([await failed, discard.mock.calls.length]).toEqual(['left', 0])
  answer(late)
  await clock.advance(0)
  expect(discard).toHaveBeenCalledOnce()
})

it.each([0, 0.5, NaN, 'many'])('takes no %s for the attempts of a call, and one at least', (maxAttempts) => {
  const made = (attempts: unknown) =>
    client({ pipeline: pipeline([], scriptedTransport(replies(200))), origin, maxAttempts: attempts as number })
  expect(() => made(maxAttempts)).toThrow(`client: maxAttempts is ${maxAttempts}: give a number from 1 up`)
  expect(() => made(1)).not.toThrow()
})

it('closes once, by the time that was given first', async () => {
  const clock = virtualClock()
  const http = client({ pipeline: pipeline([], scriptedTransport(hangs())), origin, clock })
  const outcome = http.outcome({ path: '/' })
  await clock.advance(0)
  const [first, second] = [http.close({ within: 10 }), http.close({ within: 10_000 })]
  await clock.advance(10)
  await Promise.all([first, second])
  expect(await outcome).toMatchObject({
    code: 'CLIENT_CLOSED',
    verdict: 'cancelled',
    layer: 'client',
    because: 'the client was closed, and the call did not end within 10 ms',
  })
  expect([clock.now(), clock.timers]).toEqual([10, 0])
})

it('with nothing in flight closes at once, and what it holds is closed', async () => {
  const clock = virtualClock()
  const closed: string[] = []
  const holds = layer({
    name: 'holds',
    slot: 'wire',
    run: (call, next) => next(call),
    close: () => void closed.push('layer'),
  })
  const transport = { ...scriptedTransport(replies(200)), close: async () => void closed.push('transport') }
  const http = client({ pipeline: pipeline([holds], transport), origin, clock })
  await http.get('/')
  await http.close()
  expect([closed, clock.now(), clock.timers]).toEqual([['layer', 'transport'], 0, 0])
})

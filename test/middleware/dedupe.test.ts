import { client, type Middleware, onceBody, pipeline, Secret } from '@penstock/core'
import { later, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { dedupe } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { origin, set, slow } from '../support/deduped.ts'

/** A body that says how often it was opened. */
function counted() {
  let opened = 0
  const body = {
    kind: 'factory',
    length: 1,
    *open() {
      opened++
      yield Buffer.from('x')
    },
  } as const
  return { body, opened: () => opened }
}

describe('dedupe', () => {
  it('sends one of several equal calls in progress, and all read the answer', async () => {
    const { http, clock, transport } = set(slow)
    const calls = [1, 2, 3].map(() => http.get('/a', { query: { b: 1 } }))
    await clock.advance(100)
    const results = await Promise.all(calls)
    expect(await Promise.all(results.map((reply) => reply.text()))).toEqual(['answer', 'answer', 'answer'])
    expect(results.map(({ status: code, headers }) => [code, headers['etag']])).toEqual([
      [200, 'x'],
      [200, 'x'],
      [200, 'x'],
    ])
    expect(transport.calls.length).toBe(1)
    const [leader, waiter] = results
    expect(waiter!.ledger.notes!.map(({ kind, facts }) => [kind.id, facts])).toEqual([
      ['dedupe.joined', { leader: leader!.ledger.id }],
    ])
    expect([waiter!.ledger.trips.length, waiter!.ledger.children]).toEqual([0, [leader!.ledger]])
    expect(clock.timers).toBe(0)
  })

  it('lets one discard the answer and another read it', async () => {
    const { http, clock } = set(slow)
    const [one, other] = [http.get('/a'), http.get('/a')]
    await clock.advance(100)
    ;(await one).discard()
    expect(await (await other).text()).toBe('answer')
  })

  it('sends again once the answer is there', async () => {
    const { http, transport } = set(replies(200))
    await http.get('/a')
    await http.get('/a')
    expect(transport.calls.length).toBe(2)
  })

  it.each<[string, object, object]>([
    ['another address', { path: '/a' }, { path: '/b' }],
    ['another query', { query: { a: 1 } }, { query: { a: 2 } }],
    ['another secret in the query', { query: { key: new Secret('k', 'a') } }, { query: { key: new Secret('k', 'b') } }],
    ['another header', { headers: { accept: 'a' } }, { headers: { accept: 'b' } }],
    [
      'another credential',
      { headers: { authorization: new Secret('k', 'a') } },
      { headers: { authorization: new Secret('k', 'b') } },
    ],
    ['another method', { method: 'GET' }, { method: 'HEAD' }],
    [
      'another body of the same length',
      { method: 'POST', body: 'aa', repeatable: 'always' },
      { method: 'POST', body: 'ab', repeatable: 'always' },
    ],
    ['a POST', { method: 'POST' }, { method: 'POST' }],
    [
      'a call that is never to be repeated',
      { method: 'PUT', repeatable: 'unsent' },
      { method: 'PUT', repeatable: 'unsent' },
    ],
    ['a PUT whose endpoint does not say that it may be repeated', { method: 'PUT' }, { method: 'PUT' }],
    ['a DELETE whose endpoint does not say it', { method: 'DELETE' }, { method: 'DELETE' }],
    ['a call that streams', { stream: true }, { stream: true }],
  ])('keeps apart: %s', async (_, one, other) => {
    const { http, clock, transport } = set(slow)
    const calls = [http.send({ path: '/a', ...one }), http.send({ path: '/a', ...other })]
    await clock.advance(100)
    await Promise.all(calls)
    expect(transport.calls.length).toBe(2)
  })

  it.each<[string, () => object]>([
    ['a POST that may always be repeated', () => ({ method: 'POST', json: { a: 1 }, repeatable: 'always' })],
    ['equal bytes', () => ({ method: 'POST', body: Buffer.from('same'), repeatable: 'always' })],
    [
      'equal forms with an image too large to stand in memory twice',
      () => ({ method: 'POST', form: { image: Buffer.alloc(90_000, 'x') }, repeatable: 'always' }),
    ],
    ['a PUT whose endpoint says it', () => ({ method: 'PUT', endpoint: { id: 'a', repeatable: 'always' } })],
    ['equal secrets', () => ({ headers: { authorization: new Secret('k', 'a') } })],
  ])('joins: %s', async (_, request) => {
    const { http, clock, transport } = set(slow)
    const calls = [http.send({ path: '/a', ...request() }), http.send({ path: '/a', ...request() })]
    await clock.advance(100)
    await Promise.all(calls)
    expect(transport.calls.length).toBe(1)
  })

  it('never shares a body that can be read once', async () => {
    async function* pieces() {
      yield Buffer.from('same')
    }
    const { http, clock, transport } = set(slow)
    const calls = [1, 2].map(() => http.put('/a', { body: onceBody(pieces(), 4) }))
    await clock.advance(100)
    await Promise.all(calls)
    expect(transport.calls.length).toBe(2)
  })

  it('makes no digest for a call without a twin: its body is opened once, to be sent', async () => {
    const { body, opened } = counted()
    const { http } = set(replies(200))
    await http.post('/a', { body, repeatable: 'always' })
    await http.post('/a', { body, repeatable: 'always' })
    expect(opened()).toBe(2)
  })

  it('gives all the same bytes', async () => {
    const { http, clock } = set(slow)
    const calls = [http.get('/a'), http.get('/a')]
    await clock.advance(100)
    const [one, other] = await Promise.all(calls)
    expect(await one!.bytes()).toBe(await other!.bytes())
  })

  it('does not ask a stream of the user’s what is in it', async () => {
    let opened = 0
    const body = async function* () {
      opened++
      yield Buffer.from('x')
    }
    const { http, clock, transport } = set(slow)
    const calls = [1, 2].map(() => http.post('/a', { body, repeatable: 'always' }))
    await clock.advance(100)
    await Promise.all(calls)
    expect([opened, transport.calls.length]).toEqual([2, 2])
  })

  it('lets go of a stream of known length that it opened by mistake', async () => {
    let closed = 0
    const pieces = () => ({
      next: async () => ({ done: true, value: undefined }) as const,
      return: async () => {
        closed++
        throw new Error('broken')
      },
    })
    const body = { kind: 'factory', length: 0, open: () => ({ [Symbol.asyncIterator]: pieces }) } as const
    const { http, clock, transport } = set(slow)
    const calls = [1, 2].map(() => http.post('/a', { body, repeatable: 'always' }))
    await clock.advance(100)
    await Promise.all(calls)
    expect([closed, transport.calls.length]).toEqual([1, 2])
  })

  it('goes by a key of the user’s, and lets a call without one go alone', async () => {
    const { http, clock, transport } = set(slow, { key: ({ path }) => (path === '/none' ? undefined : 'one') })
    const calls = ['/a', '/b', '/none', '/none'].map((path) => http.get(path))
    await clock.advance(100)
    await Promise.all(calls)
    expect(transport.calls.map(({ path }) => path)).toEqual(['/a', '/none', '/none'])
  })

  it('takes headers that only name a call for no difference', async () => {
    const { http, clock, transport } = set(slow)
    const calls = ['a', 'b'].map((id) => http.get('/a', { headers: { 'x-request-id': id, traceparent: id } }))
    await clock.advance(100)
    await Promise.all(calls)
    expect(transport.calls.length).toBe(1)
  })

  it('takes headers in another order for no difference', async () => {
    const { http, clock, transport } = set(slow)
    const calls = [http.get('/a', { headers: { a: '1', b: '2' } }), http.get('/a', { headers: { b: '2', a: '1' } })]
    await clock.advance(100)
    await Promise.all(calls)
    expect(transport.calls.length).toBe(1)
  })

  it.each<[string, Middleware, number]>([
    ['to the same tenant', (call, next) => next(call, { tenant: 'acme' }), 1],
    ['to tenants of their own', (call, next) => next(call, { tenant: String(call.id) }), 2],
    ['to a tenant that cannot be told', (call, next) => next(call, { tenant: {} }), 2],
    ['over a wire of their own', (call, next) => next(call.with({ wire: { limits: { body: call.id } } })), 2],
  ])('minds what outer layers give: %s', async (_, outer, requests) => {
    const clock = virtualClock()
    const transport = scriptedTransport(slow)
    const http = client({ pipeline: pipeline([outer, dedupe()], transport), origin, clock })
    const calls = [http.get('/a'), http.get('/a')]
    await clock.advance(100)
    await Promise.all(calls)
    expect(transport.calls.length).toBe(requests)
  })

  it.each(['GET', 'HEAD'])('shares a %s whatever is said of repeating it', async (method) => {
    const { http, clock, transport } = set(slow)
    const calls = [1, 2].map(() => http.send({ path: '/a', method, repeatable: 'never' }))
    await clock.advance(100)
    await Promise.all(calls)
    expect(transport.calls.length).toBe(1)
  })

  it('shares no stream, whatever the key says', async () => {
    const { http, clock, transport } = set(slow, { key: () => 'one' })
    const calls = [1, 2].map(() => http.post('/a', { body: (async function* () {})(), repeatable: 'always' }))
    await clock.advance(100)
    await Promise.all(calls)
    expect(transport.calls.length).toBe(2)
  })

  it('finds a twin among others of its length, also when one of them has landed', async () => {
    const { http, clock, transport } = set(later(50, replies(200)), {}, slow)
    const post = (text: string) => http.post('/a', { body: Buffer.from(text), repeatable: 'always' })
    const calls = [post('aa'), post('bb')]
    await clock.advance(50)
    calls.push(post('bb'))
    await clock.advance(50)
    await Promise.all(calls)
    expect(transport.calls.length).toBe(2)
  })

  it('makes no digest for calls to other addresses', async () => {
    const { body, opened } = counted()
    const { http, clock } = set(slow)
    const calls = ['/a', '/b'].map((path) => http.post(path, { body, repeatable: 'always' }))
    await clock.advance(100)
    await Promise.all(calls)
    expect(opened()).toBe(2)
  })

  it('goes by another name in the ledger', async () => {
    const { http, clock } = set(slow, { name: 'once' as 'dedupe' })
    const calls = [http.get('/a'), http.get('/a')]
    await clock.advance(100)
    const [, waiter] = await Promise.all(calls)
    expect(waiter!.ledger.notes!.map(({ layer }) => layer)).toEqual(['once'])
  })
})

import { type Call, client, type Next, onceBody, pipeline, Secret } from '@penstock/core'
import { breaks, hangs, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { deadline, dedupe, type DedupeOptions, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

function set(step: Step, options: DedupeOptions = {}, ...more: Step[]) {
  const clock = virtualClock()
  const transport = scriptedTransport(step, ...more)
  const patience = (call: Call, next: Next) => {
    const after = Number(call.headers['x-patience'] ?? Infinity)
    return next(call.within({ after, layer: 'patience', code: 'CALL_DEADLINE', verdict: 'late' }))
  }
  const http = client({
    pipeline: pipeline([patience, dedupe(options), status()], transport),
    origin: 'https://api.example.com',
    clock,
  })
  return { clock, http, transport }
}

const slow = later(100, replies(200, { etag: 'x' }, 'answer'))

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
    let opened = 0
    const body = {
      kind: 'factory',
      length: 1,
      *open() {
        opened++
        yield Buffer.from('x')
      },
    } as const
    const { http } = set(replies(200))
    await http.post('/a', { body, repeatable: 'always' })
    await http.post('/a', { body, repeatable: 'always' })
    expect(opened).toBe(2)
  })

  it('goes on for the others when the leader leaves', async () => {
    const { http, clock, transport } = set(slow)
    const controller = new AbortController()
    const leader = http.get('/a', { signal: controller.signal }).catch((thrown) => thrown)
    const waiter = http.get('/a')
    await clock.advance(50)
    controller.abort('left')
    expect(await leader).toBe('left')
    await clock.advance(50)
    expect(await (await waiter).text()).toBe('answer')
    expect(transport.calls.length).toBe(1)
  })

  it('cancels the flight when the last one has left', async () => {
    const { http, clock } = set(hangs())
    const controllers = [new AbortController(), new AbortController()]
    const calls = controllers.map(({ signal }) => http.get('/a', { signal }).catch((thrown) => thrown))
    await clock.advance(1)
    controllers[0]!.abort('one')
    controllers[1]!.abort('two')
    expect(await Promise.all(calls)).toEqual(['one', 'two'])
    const sent = set(hangs())
    const controller = new AbortController()
    const alone = sent.http.get('/a', { signal: controller.signal }).catch((thrown) => thrown)
    await sent.clock.advance(1)
    controller.abort('gone')
    await alone
    expect(sent.transport.calls[0]!.signal!.aborted).toBe(true)
  })

  it('lets a waiter leave at its own deadline', async () => {
    const { http, clock } = set(slow)
    const leader = http.get('/a', { headers: {} })
    const waiter = http.get('/a').then(() => 'done')
    await clock.advance(100)
    expect(await waiter).toBe('done')
    await leader
    const both = set(slow)
    const first = both.http.get('/a')
    const second = client({
      pipeline: pipeline([deadline({ after: 30 }), (call: Call, next: Next) => next(call)], scriptedTransport(hangs())),
      origin: 'https://api.example.com',
      clock: both.clock,
    })
      .get('/a')
      .catch((thrown) => thrown)
    await both.clock.advance(100)
    expect(await second).toMatchObject({ code: 'CALL_DEADLINE' })
    await first
  })

  it('goes by itself when the leader’s time was over and its own is not', async () => {
    const { http, clock, transport } = set(hangs(), { key: (call) => call.url }, replies(200, {}, 'own'))
    const leader = http.get('/a', { headers: { 'x-patience': '40' } }).catch((thrown) => thrown)
    const waiter = http.get('/a')
    await clock.advance(40)
    expect(await leader).toMatchObject({ code: 'CALL_DEADLINE' })
    expect(await (await waiter).text()).toBe('own')
    expect(transport.calls.length).toBe(2)
  })

  it('shares a failure, and a bug', async () => {
    const { http, clock, transport } = set(later(10, breaks('CONNECTION_RESET')))
    const calls = [1, 2].map(() => http.get('/a').catch((thrown) => thrown.code))
    await clock.advance(10)
    expect(await Promise.all(calls)).toEqual(['CONNECTION_RESET', 'CONNECTION_RESET'])
    expect(transport.calls.length).toBe(1)
    const bug = new TypeError('bug')
    const buggy = client({
      pipeline: pipeline([dedupe(), () => Promise.reject(bug)], scriptedTransport(replies(200))),
      origin: 'https://api.example.com',
    })
    expect(await Promise.all([1, 2].map(() => buggy.get('/a').catch((thrown) => thrown)))).toEqual([bug, bug])
  })
})

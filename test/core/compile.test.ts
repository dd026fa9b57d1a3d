import {
  type Call,
  client,
  Failure,
  layer,
  type Level,
  type Next,
  passThrough,
  pipeline,
  type Stackable,
  type Transport,
} from '@penstock/core'
import { breaks, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'

const http = (
  stack: readonly Stackable[],
  { transport = scriptedTransport(replies(200)), diagnose }: { transport?: Transport; diagnose?: Level } = {},
) =>
  client({
    pipeline: pipeline(stack, transport),
    origin: 'https://api.example.com',
    clock: virtualClock(),
    ...(diagnose && { diagnose }),
  })

const through = (name: string, log: string[]) => (call: Call, next: Next) => {
  log.push(name)
  return next(call)
}

describe('the second halves of layers', () => {
  const two = (name: string, log: string[]) =>
    layer({ name, slot: 'observe', run: through(name, log), attempt: through(`${name}, attempt`, log) })

  it('stand innermost, in the order of the first, where nothing is inside the repeaters', async () => {
    const log: string[] = []
    await http([two('a', log), two('b', log), layer({ name: 'c', slot: 'repeat', run: through('c', log) })]).get('/')
    expect(log).toEqual(['a', 'b', 'c', 'a, attempt', 'b, attempt'])
  })

  it('stand between a plain function that is outside and the first layer that is inside', async () => {
    const log: string[] = []
    const judge = layer({ name: 'judge', slot: 'judge', run: through('judge', log) })
    await http([two('a', log), through('plain', log), judge]).get('/')
    expect(log).toEqual(['a', 'plain', 'a, attempt', 'judge'])
  })
})

describe.each(['errors', 'all'] as const)('a layer that forgets its outcome, at level %s', (diagnose) => {
  it.each([1, 70])('is named at its call %i, and at every one after it', async (first) => {
    let calls = 0
    const forgets = layer({
      name: 'forgets',
      slot: 'wire',
      run: (call, next) => (++calls >= first ? (undefined as never) : next(call)),
    })
    const open = http([forgets], { diagnose })
    for (let call = 1; call < first; call++) await open.get('/')
    for (const _ of [1, 2])
      await expect(open.get('/')).rejects.toMatchObject({
        code: 'NO_OUTCOME',
        message: 'Layer \'forgets\' gave no outcome: is a "return next(call)" missing?',
      })
  })

  it('and stands alone, is named at its first call also when it gives a promise', async () => {
    const forgets = layer({ name: 'forgets', slot: 'wire', run: async () => undefined as never })
    await expect(http([forgets], { diagnose }).get('/')).rejects.toMatchObject({
      code: 'NO_OUTCOME',
      message: 'Layer \'forgets\' gave no outcome: is a "return next(call)" missing?',
    })
  })

  it('late, by a promise, fails as well', async () => {
    let calls = 0
    const forgets = layer({
      name: 'forgets',
      slot: 'wire',
      run: async (call, next) => (++calls > 70 ? (undefined as never) : next(call)),
    })
    const open = http([forgets], { diagnose })
    for (let call = 1; call <= 70; call++) await open.get('/')
    await expect(open.get('/')).rejects.toMatchObject({ code: 'NO_OUTCOME', kind: 'config' })
  })
})

it('a layer deep in a stack that calls next() twice is named, and one outside it may send again', async () => {
  const run = (call: Call, next: Next) => next(call)
  const twice = layer({ name: 'twice', slot: 'judge', run: async (call, next) => (await next(call)) && next(call) })
  const again = layer({
    name: 'again',
    slot: 'repeat',
    calls: 'many',
    run: async (call, next) => (await next(call)) && next(call.with({ attempt: 2 })),
  })
  const inner = [layer({ name: 'a', slot: 'guard', run }), layer({ name: 'b', slot: 'pace', run })]
  await expect(http([again, ...inner, twice]).get('/')).rejects.toMatchObject({
    code: 'NEXT_TWICE',
    message: "Layer 'twice' called next() twice: only a layer with calls: 'many' may",
  })
  const transport = scriptedTransport(replies(200))
  await http([again, ...inner], { transport }).get('/')
  expect(transport.calls.length).toBe(2)
})

it('a plain function may not call next() twice', async () => {
  const twice = async function twice(call: Call, next: Next) {
    return (await next(call)) && next(call)
  }
  await expect(http([twice]).get('/')).rejects.toMatchObject({ code: 'NEXT_TWICE' })
})

describe('a call that every layer is recorded of', () => {
  it('has a span a layer and one of the transport, with verdicts and attempts', async () => {
    const again = layer({
      name: 'again',
      slot: 'repeat',
      calls: 'many',
      run: async (call, next) => (await next(call)) && next(call.with({ attempt: 2 })),
    })
    const transport = scriptedTransport(breaks('CONNECTION_RESET'), replies(200))
    const { ledger } = await http([again], { transport, diagnose: 'all' }).get('/')
    expect(ledger.spans!.map(({ layer: name, verdict, attempt }) => [name, verdict, attempt])).toEqual([
      ['again', 'unknown', 1],
      ['scripted', 'network', 1],
      ['scripted', 'unknown', 2],
    ])
  })

  it('has none of a layer that passes everything through: its place is in the plan alone', async () => {
    const off = layer({ name: 'off', slot: 'observe', about: 'off', run: passThrough })
    const stack = pipeline([off], scriptedTransport(replies(200)))
    const { ledger } = await client({ pipeline: stack, origin: 'https://api.example.com', diagnose: 'all' }).get('/')
    expect([String(stack.plan()), ledger.spans!.map(({ layer: name }) => name)]).toEqual([
      'off(off) → scripted',
      ['scripted'],
    ])
  })

  it('shows where a bug passed through', async () => {
    const bug = new TypeError('a bug')
    let seen: Call | undefined
    const looks = layer({
      name: 'looks',
      slot: 'observe',
      run(call, next) {
        seen = call
        return next(call)
      },
    })
    const buggy = layer({ name: 'buggy', slot: 'wire', run: () => Promise.reject(bug) })
    await expect(http([looks, buggy], { diagnose: 'all' }).get('/')).rejects.toBe(bug)
    expect(seen!.ledger.spans!.map(({ layer: name, verdict }) => [name, verdict])).toEqual([
      ['looks', 'bug'],
      ['buggy', 'bug'],
    ])
  })
})

describe('a request sent anew at once', () => {
  const stale = { reusedSocket: true, sent: 'all' } as const

  it('is noted, and both are in the story', async () => {
    const transport = scriptedTransport(breaks('CONNECTION_RESET', stale), replies(200))
    const { ledger } = await http([], { transport }).get('/')
    expect(ledger.notes?.map(({ kind }) => kind.id)).toEqual(['wire.replays'])
    expect(ledger.trips.map(({ code, status, sent }) => [code, status, sent])).toEqual([
      ['CONNECTION_RESET', undefined, 'all'],
      [undefined, 200, 'all'],
    ])
    expect(ledger.attempts).toBe(1)
  })

  it('is not, when its body can be read once and was read', async () => {
    async function* body() {
      yield Buffer.from('x')
    }
    const transport = scriptedTransport(breaks('CONNECTION_RESET', { peerRefused: true }), replies(200))
    const outcome = await http([], { transport }).outcome({ method: 'PUT', path: '/', body: body() })
    expect([outcome.failed && outcome.code, transport.calls.length]).toEqual(['CONNECTION_RESET', 1])
  })

  it('is not, when its time was over meanwhile', async () => {
    const clock = virtualClock()
    let sent = 0
    const slow: Transport = {
      name: 'slow',
      async send() {
        sent++
        await clock.advance(20)
        return new Failure('network', 'CONNECTION_RESET', 'slow', 'it broke', stale)
      },
      close: () => Promise.resolve(),
    }
    const bounded = layer({
      name: 'bounded',
      slot: 'bound',
      run: (call, next) => next(call.within({ after: 10, layer: 'bounded', code: 'CALL_DEADLINE', verdict: 'late' })),
    })
    const open = client({ pipeline: pipeline([bounded], slow), origin: 'https://api.example.com', clock })
    const outcome = await open.outcome({ path: '/' })
    expect([outcome.failed && outcome.code, sent]).toEqual(['CALL_DEADLINE', 1])
  })

  it('is not, when it failed for something else than the network', async () => {
    const silent = new Failure('timeout', 'ATTEMPT_TIMEOUT', 'scripted', 'it was silent', { ...stale, phase: 'wait' })
    const transport = scriptedTransport(() => silent, replies(200))
    expect([await http([], { transport }).outcome({ path: '/' }), transport.calls.length]).toEqual([silent, 1])
  })
})

it('a call whose time is over at the transport’s door goes no further', async () => {
  const transport = scriptedTransport(replies(200))
  const clock = virtualClock()
  const slow = layer({
    name: 'slow',
    slot: 'wire',
    async run(call, next) {
      const bound = call.within({ after: 10, layer: 'slow', code: 'CALL_DEADLINE', verdict: 'late' })
      await call.wait(20)
      return next(bound)
    },
  })
  const open = client({ pipeline: pipeline([slow], transport), origin: 'https://api.example.com', clock })
  const outcome = open.outcome({ path: '/' })
  await clock.advance(20)
  const over = await outcome
  expect([over.failed && over.code, transport.calls.length]).toEqual(['CALL_DEADLINE', 0])
})

import {
  type Call,
  client,
  type Handler,
  layer,
  type Next,
  type Outcome,
  pipeline,
  type Stackable,
  verdicts,
} from '@penstock/core'
import { breaks, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'

const origin = 'https://api.example.com'
const ok = () => scriptedTransport(replies(200, {}, 'there'))
const http = (stack: readonly Stackable[], transport = ok(), diagnose: 'errors' | 'all' = 'errors') =>
  client({ pipeline: pipeline(stack, transport), origin, clock: virtualClock(), diagnose })

/** A layer that writes its name when it is entered and left. */
const tracing = (name: string, log: string[]) =>
  async function traced(call: Call, next: Next) {
    log.push(`> ${name}`)
    const outcome = await next(call)
    log.push(`< ${name}`)
    return outcome
  }

describe.each(['errors', 'all'] as const)('a pipeline, recorded at level %s', (diagnose) => {
  it('runs its layers outermost first, and back', async () => {
    const log: string[] = []
    await http([tracing('a', log), tracing('b', log)], ok(), diagnose).get('/')
    expect(log).toEqual(['> a', '> b', '< b', '< a'])
  })

  it('hands a spread call on as a whole call', async () => {
    const seen: string[] = []
    const spread = (call: Call, next: Next) =>
      next({ ...call, path: '/other', headers: { ...call.headers, 'x-a': '1' } })
    const looks = (call: Call, next: Next) => {
      seen.push(call.url, String(call.headers['x-a']), String(call.remaining()))
      return next(call)
    }
    await http([spread, looks], ok(), diagnose).get('/one')
    expect(seen).toEqual([`${origin}/other`, '1', 'Infinity'])
  })

  it('gives inner layers what an outer one hands in', async () => {
    const seen: unknown[] = []
    const tenant = layer({
      name: 'tenant',
      slot: 'identify',
      gives: ['tenant'],
      run: (call, next) => next(call, { tenant: 'acme' }),
    })
    const audit = layer({
      name: 'audit',
      slot: 'seal',
      needs: ['tenant'],
      run(call: Call<{ tenant: string }>, next) {
        seen.push(call.context)
        return next(call)
      },
    })
    await client({ pipeline: pipeline([tenant, audit], ok()), origin, diagnose }).get('/')
    expect(seen).toEqual([{ tenant: 'acme' }])
  })

  it('throws a bug of a layer through all others, untouched', async () => {
    const bug = new TypeError('a bug')
    const buggy = () => Promise.reject(bug)
    const log: string[] = []
    await expect(http([tracing('a', log), buggy], ok(), diagnose).get('/')).rejects.toBe(bug)
    expect(log).toEqual(['> a'])
  })

  it.each([
    ['at once', () => undefined],
    ['later', async () => undefined],
  ])('names the layer that forgets its outcome %s', async (_, forgets) => {
    const forgetful = layer({ name: 'forgetful', slot: 'wire', run: forgets as never as Handler })
    await expect(
      http([(call: Call, next: Next) => next(call), forgetful], ok(), diagnose).get('/'),
    ).rejects.toMatchObject({
      code: 'NO_OUTCOME',
      message: `Layer 'forgetful' gave no outcome: is a "return next(call)" missing?`,
    })
  })

  it('names the layer that calls next() twice, and lets a repeater do so', async () => {
    const twice = (calls: 'once' | 'many') =>
      layer({ name: 'twice', slot: 'repeat', calls, run: async (call, next) => (await next(call)) && next(call) })
    const inner = (call: Call, next: Next) => next(call)
    await expect(http([twice('once'), inner], ok(), diagnose).get('/')).rejects.toMatchObject({
      code: 'NEXT_TWICE',
      message: "Layer 'twice' called next() twice: only a layer with calls: 'many' may",
    })
    const transport = ok()
    await http([twice('many'), inner], transport, diagnose).get('/')
    expect(transport.calls.length).toBe(2)
  })

  it('runs the second half of a layer once an attempt, just inside the repeaters', async () => {
    const log: string[] = []
    const log1 = layer({
      name: 'log',
      slot: 'observe',
      run: tracing('call', log),
      attempt: tracing('attempt', log),
    })
    const again = layer({
      name: 'again',
      slot: 'repeat',
      calls: 'many',
      run: async (call, next) => (await next(call)) && next(call.with({ attempt: 2 })),
    })
    await http([log1, again, layer({ name: 'guard', slot: 'guard', run: tracing('guard', log) })], ok(), diagnose).get(
      '/',
    )
    const pass = ['> attempt', '> guard', '< guard', '< attempt']
    expect(log).toEqual(['> call', ...pass, ...pass, '< call'])
  })
})

describe('a pipeline that cannot work', () => {
  const at = <const Slot extends 'repeat' | 'identify' | 'judge'>(slot: Slot, name: string = slot) =>
    layer({ name, slot, run: (call, next) => next(call) })

  it.each<[string, readonly Stackable[], string]>([
    ['order', [at('identify'), at('repeat')], "'repeat' (repeat) must stand before 'identify' (identify): move it up"],
    [
      'one name twice',
      [at('repeat', 'a'), at('judge', 'a')],
      "'a' is in this stack already: remove one, or give it another name",
    ],
    [
      'no verdicts inside',
      [layer({ name: 'again', slot: 'repeat', verdicts: 'needs', run: (call, next) => next(call) }), at('judge')],
      "'again' acts on verdicts and no layer inside it gives them: put status() or reject() after it",
    ],
    [
      'verdicts outside alone',
      [
        layer({ name: 'judge', slot: 'recall', verdicts: 'gives', run: (call, next) => next(call) }),
        layer({ name: 'again', slot: 'repeat', verdicts: 'needs', run: (call, next) => next(call) }),
      ],
      "'again' acts on verdicts and no layer inside it gives them: put status() or reject() after it",
    ],
    [
      'no gift outside',
      [layer({ name: 'sign', slot: 'seal', needs: ['key'], run: (call: Call<{ key: string }>, next) => next(call) })],
      "'sign' needs 'key', which no layer before it gives",
    ],
  ])('is refused when it is made: %s', (_, stack, sentence) => {
    expect(() => pipeline(stack, ok())).toThrow(
      expect.objectContaining({ code: 'STACK_ORDER', message: sentence, kind: 'config' }),
    )
  })

  it('lets a plain function stand anywhere', () => {
    const plain = (call: Call, next: Next) => next(call)
    expect(String(pipeline([at('repeat'), plain, at('judge')] as readonly Stackable[], ok()).plan())).toBe(
      'repeat → plain → judge → scripted',
    )
  })
})

describe('the way to the transport', () => {
  const stale = { reusedSocket: true } as const
  const send = async (method: string, facts: object, repeatable?: 'always' | 'never') => {
    const transport = scriptedTransport(breaks('CONNECTION_RESET', facts), replies(200))
    const outcome = await http([], transport).outcome({ method, path: '/', ...(repeatable && { repeatable }) })
    return { requests: transport.calls.length, failed: outcome.failed }
  }

  it.each([
    ['a GET over a stale socket', 'GET', stale, undefined, 2],
    ['a POST over a stale socket', 'POST', stale, undefined, 1],
    ['a POST over a stale socket that had sent nothing', 'POST', { ...stale, sent: 'none' }, undefined, 2],
    ['a POST that may always be repeated', 'POST', stale, 'always', 2],
    ['a POST that the peer has refused to look at', 'POST', { peerRefused: true }, undefined, 2],
    ['a GET over a fresh socket', 'GET', {}, undefined, 1],
    ['a GET whose answer broke off', 'GET', { ...stale, phase: 'receive' }, undefined, 1],
  ] as const)('replays at once, or does not: %s', async (_, method, facts, repeatable, requests) => {
    expect(await send(method, facts, repeatable)).toEqual({ requests, failed: requests === 1 })
  })

  it('replays once only', async () => {
    const transport = scriptedTransport(breaks('CONNECTION_RESET', stale))
    await http([], transport).outcome({ path: '/' })
    expect(transport.calls.length).toBe(2)
  })

  it('sends a body that can be read once only once', async () => {
    const again = layer({
      name: 'again',
      slot: 'repeat',
      calls: 'many',
      run: async (call, next): Promise<Outcome> => (await next(call)) && next(call),
    })
    async function* body() {
      yield Buffer.from('x')
    }
    const transport = ok()
    const outcome = await http([again], transport).outcome({ method: 'POST', path: '/', body: body() })
    expect([outcome.failed && outcome.code, transport.calls.length]).toEqual(['BODY_SPENT', 1])
  })
})

it('says of every verdict what it is worth', () => {
  expect(
    Object.entries(verdicts)
      .filter(([, { again }]) => again)
      .map(([name]) => name),
  ).toEqual(['rate', 'busy', 'server', 'network', 'timeout'])
  expect(
    Object.entries(verdicts)
      .filter(([, { blame }]) => blame === 'server')
      .map(([name]) => name),
  ).toEqual(['busy', 'server', 'network', 'timeout'])
  expect(
    Object.entries(verdicts)
      .filter(([, { healthy }]) => healthy)
      .map(([name]) => name),
  ).toEqual(['ok'])
})

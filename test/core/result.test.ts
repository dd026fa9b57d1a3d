import {
  bytesBody,
  client,
  explain,
  Failure,
  type Outcome,
  pipeline,
  refused,
  Reply,
  type ReplyBody,
} from '@penstock/core'
import { scriptedTransport, virtualClock } from '@penstock/core/testing'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { isOutcome, letGo } from '../../packages/core/src/outcome.ts'

const broken = new Failure('network', 'BODY_BROKEN', 'scripted', 'it broke off', { phase: 'receive', sent: 'all' })

/** A body that is not here yet. */
const coming = (whole: Uint8Array | Failure, discard: () => void = () => {}): ReplyBody => ({
  read: async () => whole,
  async *pieces() {
    yield Buffer.from('{"a"')
    return whole instanceof Failure ? whole : undefined
  },
  discard,
  whenOver: (tell) => tell(),
})

const get = (reply: Outcome) =>
  client({
    pipeline: pipeline(
      [],
      scriptedTransport(() => reply),
    ),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  }).get('/')

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const thrown = (work: Promise<unknown>): Promise<any> =>
  work.then(
    () => 'nothing',
    (error: unknown) => error,
  )

describe('a result', () => {
  it('has the status, the headers and the verdict of its reply, and its own story', async () => {
    const headers = { 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] }
    const result = await get(new Reply(418, headers, bytesBody(bytes(''))))
    expect([result.status, result.headers, result.verdict, result.header('X-A'), result.header('Set-Cookie')]).toEqual([
      418,
      headers,
      'unknown',
      '1',
      'a=1',
    ])
    expect([result.header('x-b'), result.ledger.verdict, result.ledger.end]).toEqual([undefined, 'unknown', undefined])
    expect([result.explain(), result.explain({ lang: 'zh' })]).toEqual([
      explain(result),
      explain(result, { lang: 'zh' }),
    ])
    expect(result.explain()).not.toBe(result.explain({ lang: 'zh' }))
  })

  it.each([
    ['here', bytesBody(bytes('{"a":1}'))],
    ['coming', coming(bytes('{"a":1}'))],
  ])('reads a body that is %s, in every form', async (_, body) => {
    const result = await get(new Reply(200, {}, body))
    expect([
      Buffer.from(await result.bytes()).toString(),
      await result.text(),
      await result.json(),
      await result.json(z.object({ a: z.number().transform((a) => a + 1) })),
    ]).toEqual(['{"a":1}', '{"a":1}', { a: 1 }, { a: 2 }])
  })

  it('reads text by the charset that its reply names', async () => {
    const gbk = new Reply(200, { 'content-type': 'text/plain; charset=gbk' }, bytesBody(Uint8Array.of(0xd6, 0xd0)))
    expect(await (await get(gbk)).text()).toBe('中')
  })

  it.each([
    ['here', { ...bytesBody(bytes('')), whole: broken, read: async () => broken }],
    ['coming', coming(broken)],
  ])('throws what broke a body that was %s, in every form, and ends its story so', async (_, body) => {
    const reads = [
      (result: Awaited<ReturnType<typeof get>>) => result.bytes(),
      (result: Awaited<ReturnType<typeof get>>) => result.text(),
      (result: Awaited<ReturnType<typeof get>>) => result.json(),
      (result: Awaited<ReturnType<typeof get>>) => result.json(z.unknown()),
    ]
    for (const read of reads) {
      const result = await get(new Reply(200, {}, body))
      expect(await thrown(read(result))).toMatchObject({
        name: 'CallError',
        code: 'BODY_BROKEN',
        verdict: 'network',
        phase: 'receive',
        message: 'scripted: it broke off: GET https://api.example.com/',
      })
      expect([result.ledger.verdict, result.ledger.end!.code]).toEqual(['network', 'BODY_BROKEN'])
    }
  })

  it('throws what broke a stream after its pieces', async () => {
    const result = await get(new Reply(200, {}, coming(broken)))
    const pieces: string[] = []
    const error = await thrown(
      (async () => {
        for await (const piece of result.stream()) pieces.push(Buffer.from(piece).toString())
      })(),
    )
    expect([pieces, error.code, result.ledger.end!.code]).toEqual([['{"a"'], 'BODY_BROKEN', 'BODY_BROKEN'])
  })

  it('gives a stream that ends well, and nothing is thrown', async () => {
    const result = await get(new Reply(200, {}, coming(bytes('{"a":1}'))))
    const pieces: string[] = []
    for await (const piece of result.stream()) pieces.push(Buffer.from(piece).toString())
    expect([pieces, result.ledger.end]).toEqual([['{"a"'], undefined])
  })

  it('lets go of a body that nobody will read', async () => {
    const discard = vi.fn<() => void>()
    const result = await get(new Reply(200, {}, coming(bytes(''), discard)))
    expect(discard).not.toHaveBeenCalled()
    result.discard()
    expect(discard).toHaveBeenCalledOnce()
  })
})

describe('a reply', () => {
  const body = bytesBody(bytes('there'))

  it('is unknown until a layer judges it, and keeps all else then', () => {
    const reply = new Reply(503, { 'x-a': '1' }, body, true, undefined, 'https://a.example/')
    const judged = reply.judged({ verdict: 'busy', code: 'QPS_LIMIT', retryAfter: 700 })
    expect([reply.verdict, reply.code, reply.retryAfter, reply.failed]).toEqual([
      'unknown',
      'STATUS_503',
      undefined,
      false,
    ])
    expect([judged.verdict, judged.code, judged.retryAfter]).toEqual(['busy', 'QPS_LIMIT', 700])
    expect({ ...judged }).toEqual({ ...reply, judgement: judged.judgement })
  })

  it('found by a redirect keeps all else', () => {
    const reply = new Reply(200, { 'x-a': '1' }, body, false, { verdict: 'ok' })
    expect({ ...reply.foundAt('https://b.example/') }).toEqual({ ...reply, url: 'https://b.example/' })
    expect(reply.url).toBeUndefined()
  })

  it.each([
    ['there', ['there']],
    ['', []],
  ])('whose body is here already, %j, gives it in one piece, and is over at once', async (text, pieces) => {
    const here = bytesBody(bytes(text))
    const got: string[] = []
    for await (const piece of here.pieces()) got.push(Buffer.from(piece).toString())
    const over = vi.fn<() => void>()
    here.whenOver(over)
    here.discard()
    expect([got, await here.read(), here.whole, over.mock.calls.length]).toEqual([pieces, bytes(text), bytes(text), 1])
  })
})

describe('a failure', () => {
  it('has happened before anything was sent, unless it says so', () => {
    expect({ ...refused('CIRCUIT_OPEN', 'breaker', 'it is open', 500) }).toEqual({
      failed: true,
      verdict: 'refused',
      code: 'CIRCUIT_OPEN',
      layer: 'breaker',
      because: 'it is open',
      phase: 'local',
      sent: 'none',
      reusedSocket: undefined,
      peerRefused: false,
      retryAfter: 500,
      reason: undefined,
      hint: undefined,
    })
  })

  it('found further on keeps why, and says where', () => {
    const hint = { en: 'wait', zh: '等' }
    const facts = { reusedSocket: false, peerRefused: true, retryAfter: 7, reason: 'mine', hint }
    const failure = new Failure('late', 'CALL_DEADLINE', 'deadline', 'it was late', facts)
    expect({ ...failure.at('wait', 'all', true) }).toEqual({
      ...failure,
      phase: 'wait',
      sent: 'all',
      reusedSocket: true,
    })
  })
})

describe('what is an outcome', () => {
  it.each([
    ['a reply', new Reply(200, {}, bytesBody(bytes(''))), true],
    ['a failure', broken, true],
    ['nothing', undefined, false],
    ['null', null, false],
    ['a number', 5, false],
    ['a function', Object.assign(() => {}, { judgement: { verdict: 'ok' }, failed: false }), false],
    ['half of one', { verdict: 'ok' }, false],
    ['the other half', { failed: false }, false],
    ['both, with nothing in them', { verdict: 'ok', failed: false }, false],
    ['a failure without a reason', { verdict: 'server', failed: true }, false],
    ['another library’s response', new Response('there'), false],
  ])('%s: %s → %s', (_, value, is) => {
    expect(isOutcome(value)).toBe(is)
  })

  it('lets go of the body of a reply that comes too late, and of nothing else', () => {
    const discard = vi.fn<() => void>()
    for (const late of [undefined, null, broken, new Response('there')]) letGo(late)
    expect(discard).not.toHaveBeenCalled()
    letGo(new Reply(200, {}, coming(bytes(''), discard)))
    expect(discard).toHaveBeenCalledOnce()
  })
})

it.each([
  ['a reply', new Reply(200, {}, bytesBody(new Uint8Array()))],
  ['a failure', broken],
])('%s says at the first look that it is no promise', (_, outcome) => {
  expect(Object.getOwnPropertyDescriptor(Object.getPrototypeOf(outcome), 'then')).toMatchObject({ value: undefined })
})

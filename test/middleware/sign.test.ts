import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { type Body, type Clock, client, onceBody, pipeline, type Reply, type Request, Secret } from '@penstock/core'
import { hangs, replies, scriptedTransport, seeded, type Step, virtualClock } from '@penstock/core/testing'
import { type RequestToSign, retry, sign, type Signature, type SignOptions, status } from '@penstock/middleware'
import { describe, expect, it, vi } from 'vitest'

const start = Date.UTC(2026, 0, 1)
const dated = (ahead: number, code = 200, headers = {}) =>
  replies(code, { date: new Date(start + ahead).toUTCString(), ...headers })

type Given = Omit<SignOptions<'tc3'>, 'sign'> & { readonly sign?: SignOptions['sign'] }

function set(given: Given, ...steps: readonly [Step, ...Step[]]) {
  const virtual = virtualClock(start)
  let jump = 0
  const clock: Clock = Object.assign(Object.create(virtual), { date: () => virtual.date() + jump })
  const seen: RequestToSign[] = []
  const options: SignOptions<'tc3'> = {
    ...given,
    sign(request) {
      seen.push(request)
      return given.sign?.(request) ?? { headers: { 'x-signature': 'canary' } }
    },
  }
  const transport = scriptedTransport(...steps)
  const stack = pipeline([retry({ delay: 1, retries: 1 }), sign(options), status()], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: seeded(1) })
  const outcome = (request: Partial<Request> = {}) => http.outcome({ path: '/a', method: 'POST', ...request })
  return { clock: virtual, http, outcome, seen, transport, jump: (by: number) => (jump += by), stack }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest()
const noted = (notes: readonly { kind: { id: string }; facts: object }[] | undefined) =>
  notes?.map(({ kind, facts }) => [kind.id, facts])

async function* twoPieces() {
  yield Buffer.from('one ')
  yield Buffer.from('two')
}

describe('sign', () => {
  it('shows the signer the request as it will be sent, secrets and all', async () => {
    const { outcome, seen, transport } = set({ reads: 'sha256' }, replies(200))
    await outcome({
      path: '/a/%E5%AD%97?b=1',
      query: { key: new Secret('key', 'k+1') },
      headers: { 'X-Token': new Secret('token', 't1') },
      body: 'text',
    })
    expect(seen).toEqual([
      {
        method: 'POST',
        origin: 'https://api.example.com',
        host: 'api.example.com',
        path: '/a/%E5%AD%97?b=1&key=k%2B1',
        headers: { 'x-token': 't1' },
        digest: sha256('text'),
        bytes: undefined,
        date: start,
        nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
        attempt: 1,
      },
    ])
    expect(transport.calls[0]!.body).toEqual({ kind: 'text', text: 'text' })
  })

  it('names the host that the call names', async () => {
    const { outcome, seen } = set({}, replies(200))
    await outcome({ headers: { host: 'other.example.com' } })
    expect(seen[0]!.host).toBe('other.example.com')
  })

  it('adds what the signer gives, as secrets, in place of what is there', async () => {
    const given: Signature = {
      headers: { 'X-Sign': 'canary' },
      query: { sign: 'canary', own: new Secret('own', 'canary') },
    }
    const { outcome, transport } = set({ sign: () => given }, replies(200))
    await outcome({
      headers: { 'x-sign': 'old', 'x-other': '1' },
      query: { old: new Secret('old', 'kept'), sign: new Secret('sign', 'old') },
    })
    const [call] = transport.calls
    expect(call!.headers).toEqual({ 'x-sign': expect.any(Secret), 'x-other': '1' })
    expect(call!.secretQuery.map(([name, value]) => [name, value.reveal()])).toEqual([
      ['old', 'kept'],
      ['sign', 'canary'],
      ['own', 'canary'],
    ])
    expect(inspect(call, { depth: 5 })).not.toContain('canary')
  })

  it('signs every attempt with a nonce and a time of its own', async () => {
    const { outcome, clock, seen } = set({}, replies(503), replies(200))
    const reply = outcome({ repeatable: 'always' })
    await clock.drain()
    await reply
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(new Set(seen.map(({ nonce }) => nonce)).size).toBe(2)
    expect(seen[1]!.date).toBe(clock.date())
    expect(seen[1]!.date).toBeGreaterThan(start)
  })

  it.each<[string, Body | undefined, string]>([
    ['none', undefined, ''],
    ['text', { kind: 'text', text: 'ü' }, 'ü'],
    ['bytes', { kind: 'bytes', bytes: Buffer.from('one two') }, 'one two'],
    ['a stream that can be opened again', { kind: 'factory', open: twoPieces, length: undefined }, 'one two'],
    [
      'a list of pieces',
      { kind: 'factory', open: () => [Buffer.from('one '), Buffer.from('two')], length: 7 },
      'one two',
    ],
  ])('reads a body of %s', async (_, body, text) => {
    const digest = set({ reads: 'sha256' }, replies(200))
    await digest.outcome(body && { body })
    expect(digest.seen[0]!.digest).toEqual(sha256(text))
    const bytes = set({ reads: 'bytes' }, replies(200))
    await bytes.outcome(body && { body })
    expect(bytes.seen[0]!.bytes).toEqual(Buffer.from(text))
    expect(bytes.transport.calls[0]!.body).toEqual({ kind: 'bytes', bytes: Buffer.from(text) })
  })

  it.each([
    ['gives back a piece that it has digested, to be filled again', 'sha256', ['one ', 'two']],
    ['keeps a piece whose bytes are to be shown', 'bytes', [undefined, undefined]],
  ] as const)('%s', async (_, reads, expected) => {
    const { outcome } = set({ reads }, replies(200))
    const handed: (Buffer | undefined)[] = []
    const open = function* (): Generator<Uint8Array, void, Buffer | undefined> {
      handed.push(yield Buffer.from('one '))
      handed.push(yield Buffer.from('two'))
    }
    await outcome({ body: { kind: 'factory', length: 7, open } })
    expect(handed.slice(0, 2).map((piece) => piece?.toString())).toEqual(expected)
  })

  it('refuses a body that can be read once and is to be read first, before anything is sent', async () => {
    const { outcome, seen, transport } = set({ reads: 'sha256' }, replies(200))
    const pulled = vi.fn(() => Promise.resolve({ done: true as const, value: undefined }))
    const body = onceBody({ [Symbol.asyncIterator]: () => ({ next: pulled }) })
    expect(await outcome({ body })).toMatchObject({
      verdict: 'refused',
      code: 'BODY_UNSIGNABLE',
      layer: 'sign',
      because: 'the signature needs a body that can be read once, and so can the wire',
      phase: 'local',
      sent: 'none',
    })
    expect([seen.length, transport.calls.length, pulled.mock.calls.length]).toEqual([0, 0, 0])
  })

  it.each<[string, Body]>([
    ['in memory', { kind: 'text', text: '12345' }],
    ['from a stream', { kind: 'factory', open: twoPieces, length: undefined }],
  ])('refuses a body of more bytes than it holds, %s', async (_, body) => {
    const { outcome } = set({ reads: 'bytes', buffer: 4 }, replies(200))
    expect(await outcome({ body })).toMatchObject({
      code: 'BODY_UNSIGNABLE',
      because: 'the body has more than the 4 bytes that are held to be signed',
    })
    expect(await set({ reads: 'bytes', buffer: 7 }, replies(200)).outcome({ body })).toMatchObject({ status: 200 })
  })

  it('passes on the failure of a source, and its reason', async () => {
    const reason = new Error('disk')
    const open = () => {
      throw reason
    }
    const { outcome } = set({ reads: 'sha256' }, replies(200))
    const body: Body = { kind: 'factory', open, length: undefined }
    expect(await outcome({ body })).toMatchObject({ verdict: 'input', code: 'BODY_SOURCE', reason })
  })

  it.each<[string, Body, string]>([
    ['none', { kind: 'none' }, ''],
    ['text', { kind: 'text', text: 'one two' }, '<one two>'],
    ['bytes', { kind: 'bytes', bytes: Buffer.from('one two') }, '<one two>'],
    ['a factory', { kind: 'factory', open: twoPieces, length: 7 }, '<one ><two>'],
    ['a stream that can be read once', onceBody(twoPieces(), 7), '<one ><two>'],
  ])('signs a body as it goes: %s', async (_, body, sent) => {
    const length = Buffer.byteLength(sent)
    let received = ''
    const { http, transport } = set(
      {
        sign: () => ({
          length,
          async *body(pieces) {
            for await (const piece of pieces) yield Buffer.from(`<${Buffer.from(piece).toString()}>`)
          },
        }),
      },
      async (call) => {
        if (call.body.kind === 'factory')
          for await (const piece of call.body.open()) received += Buffer.from(piece).toString()
        return replies(200)(call)
      },
    )
    await http.outcome({ path: '/', method: 'POST', body, repeatable: 'never' })
    const [call] = transport.calls
    expect(call!.body).toMatchObject(body.kind === 'once' ? { kind: 'once', spent: true, length } : { length })
    // the scripted transport has read what can be read once
    expect(received).toBe(body.kind === 'once' ? '' : sent)
  })

  it('signs by the server’s clock once it has told it, and says so', async () => {
    const { outcome, clock, seen, http } = set({}, dated(300_000))
    await outcome()
    await clock.advance(10_000)
    const reply = await http.get('/a')
    expect(seen.map(({ date }) => date - start)).toEqual([0, 310_500])
    expect(noted(reply.ledger.notes)).toEqual([['sign.corrects', { drift: 300_500 }]])
  })

  it('takes a clock within two seconds for its own, and notes nothing', async () => {
    const { http, seen } = set({}, dated(1_000))
    await http.get('/a')
    const { ledger } = await http.get('/a')
    expect(seen[1]!.date).toBe(start)
    expect(ledger.notes).toBeUndefined()
  })

  it('counts the server’s clock on by the monotonic one, so that a jump of ours does no harm', async () => {
    const { outcome, clock, jump, seen } = set({}, dated(5_000))
    await clock.advance(5_000)
    await outcome()
    await clock.advance(1_000)
    jump(-400_000)
    await outcome()
    expect(seen[1]!.date - start).toBe(6_500)
  })

  it('is not misled by a Date or an Age of no sense', async () => {
    const { outcome, seen } = set(
      {},
      dated(300_000, 200, { age: '-5' }),
      replies(200, { date: 'yesterday' }),
      replies(200),
    )
    for (let count = 0; count < 3; count++) await outcome()
    expect(seen.map(({ date }) => date - start)).toEqual([0, 300_500, 300_500])
  })

  it('takes a refusal for what it is when it had signed by the server’s clock already', async () => {
    const { outcome, seen } = set({}, dated(300_000), dated(300_000, 403))
    await outcome()
    expect(await outcome()).toMatchObject({ status: 403 })
    expect(seen.length).toBe(2)
  })

  it('lets go of the refusal that it answers', async () => {
    const discard = vi.fn()
    const { outcome } = set(
      {},
      (call) => {
        const reply = dated(300_000, 403)(call) as Reply
        return Object.assign(reply, { body: { ...reply.body, discard } })
      },
      dated(300_000),
    )
    await outcome({ stream: true })
    expect(discard).toHaveBeenCalledOnce()
  })

  it('adds the time a reply has spent in a cache', async () => {
    const { outcome, seen } = set({}, dated(-100_000, 200, { age: '160' }), replies(200))
    await outcome()
    await outcome()
    expect(seen[1]!.date - start).toBe(60_500)
  })

  it('keeps the clocks of origins apart', async () => {
    const { outcome, seen } = set({}, dated(300_000))
    await outcome()
    await outcome({ path: 'https://other.example.com/' })
    expect(seen[1]!.date).toBe(start)
  })

  it('signs once again when a refusal tells that the clock was wrong', async () => {
    const { outcome, seen, transport } = set({}, dated(300_000, 403), dated(300_000))
    const reply = await outcome()
    expect(reply).toMatchObject({ status: 200 })
    expect(seen.map(({ date }) => date - start)).toEqual([0, 300_500])
    expect(noted(transport.calls[0]!.ledger.notes)).toEqual([
      ['sign.again', { drift: 300_500 }],
      ['sign.corrects', { drift: 300_500 }],
    ])
    expect(transport.calls[0]!.ledger.budget.drawn).toBe(2)
  })

  it.each<[string, Step, Partial<Request>]>([
    ['the clock was right', dated(1_000, 403), {}],
    ['the server is at fault', dated(300_000, 500), { repeatable: 'never' }],
    ['the body is spent', dated(300_000, 403), { body: onceBody(twoPieces()), repeatable: 'never' }],
    ['the reply has no Date', replies(403), {}],
    ['the reply has a Date of no sense', replies(403, { date: 'yesterday' }), {}],
  ])('does not when %s', async (_, step, request) => {
    const { outcome, seen } = set({}, step)
    await outcome(request)
    expect(seen.length).toBe(1)
  })

  it('refuses with both times when the clocks are further apart than allowed', async () => {
    const { outcome, clock, transport, seen } = set({ within: 300_000 }, dated(3_600_000, 403), replies(200))
    expect(await outcome()).toMatchObject({ status: 403 })
    expect(noted(transport.calls[0]!.ledger.notes)).toEqual([['sign.apart', { drift: 3_600_500, within: 300_000 }]])
    await clock.advance(59_999)
    expect(await outcome()).toMatchObject({
      verdict: 'refused',
      code: 'CLOCK_SKEW',
      layer: 'sign',
      because: `this machine's clock says 2026-01-01T00:00:59Z, the server's 2026-01-01T01:01:00Z: more than 5 min apart`,
      phase: 'local',
      sent: 'none',
    })
    expect(seen.length).toBe(1)
  })

  it('asks again after a minute, and at once when our clock is put right', async () => {
    const waits = set({ within: 300_000 }, dated(3_600_000, 403), replies(200))
    await waits.outcome()
    await waits.clock.advance(60_000)
    expect(await waits.outcome()).toMatchObject({ status: 200 })
    expect(waits.seen[1]!.date - start).toBe(60_000)
    const mended = set({ within: 300_000 }, dated(3_600_000, 403), replies(200))
    await mended.outcome()
    mended.jump(3_600_000)
    expect(await mended.outcome()).toMatchObject({ status: 200 })
  })

  it('corrects any clock when told to', async () => {
    const { outcome, seen } = set({ within: Infinity }, dated(86_400_000, 403), replies(200))
    expect(await outcome()).toMatchObject({ status: 200 })
    expect(seen[1]!.date - start).toBe(86_400_500)
  })

  it.each<[string, Given, Partial<Request>, Step]>([
    ['while the signer works', { sign: () => new Promise<never>(() => {}) }, {}, replies(200)],
    [
      'while a body is read',
      { reads: 'sha256' },
      {
        body: {
          kind: 'factory',
          length: undefined,
          open: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
        },
      },
      replies(200),
    ],
    ['in flight', {}, {}, hangs()],
  ])('lets an aborted caller go at once %s', async (_, given, request, step) => {
    const { http, clock } = set(given, step)
    const controller = new AbortController()
    const failed = http.post('/a', { ...request, signal: controller.signal }).catch((thrown) => thrown)
    await clock.advance(0)
    controller.abort('left')
    expect(await failed).toBe('left')
    expect(clock.timers).toBe(0)
  })

  it('lets go of a source that it was reading', async () => {
    const destroy = vi.fn()
    const next = () => new Promise<never>(() => {})
    const open = () => ({ destroy, [Symbol.asyncIterator]: () => ({ next }) })
    const { http, clock } = set({ reads: 'sha256' }, replies(200))
    const controller = new AbortController()
    const body: Body = { kind: 'factory', open, length: undefined }
    const failed = http.post('/a', { body, signal: controller.signal }).catch((thrown) => thrown)
    await clock.advance(0)
    controller.abort('left')
    await failed
    await clock.advance(0)
    expect(destroy).toHaveBeenCalledOnce()
  })

  it.each([
    ['throws', () => Promise.reject(new TypeError('bug'))],
    [
      'rejects',
      () => {
        throw new TypeError('bug')
      },
    ],
  ])('lets the bug of a signer that %s pass', async (_, signer) => {
    await expect(set({ sign: signer }, replies(200)).outcome()).rejects.toThrow(new TypeError('bug'))
  })

  it('shows in the plan what it reads and how far clocks may differ', () => {
    expect(String(set({ reads: 'sha256' }, replies(200)).stack.plan())).toContain('sign(sha256, ± 15 min)')
    expect(set({ reads: 'sha256' }, replies(200)).stack.plan().layers[1]!.traits).toEqual({
      reads: 'sha256',
      within: 900_000,
    })
    expect(String(set({ within: Infinity, name: 'tc3' }, replies(200)).stack.plan())).toContain(' → tc3 → ')
  })

  it.each([
    [{ within: -1 }, 'sign({ within }) is a number from zero up'],
    [{ within: NaN }, 'sign({ within }) is a number from zero up'],
    [{ buffer: '1' }, 'sign({ buffer }) is a number from zero up'],
  ])('refuses to be made with %o', (options, message) => {
    expect(() => sign({ sign: () => ({}), ...(options as object) })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message }),
    )
  })

  it('refuses to be made without a signer', () => {
    expect(() => sign({} as SignOptions)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: 'sign({ sign }) is a function' }),
    )
  })
})

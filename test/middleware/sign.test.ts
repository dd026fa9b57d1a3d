import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { type Body, onceBody, type Request, Secret } from '@penstock/core'
import { hangs, replies, type Step } from '@penstock/core/testing'
import { sign, type Signature, type SignOptions } from '@penstock/middleware'
import { describe, expect, it, vi } from 'vitest'
import { type Given, set, start, twoPieces } from '../support/signed.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest()

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

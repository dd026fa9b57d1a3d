import { client, explain, ledgerOf, pipeline } from '@penstock/core'
import {
  breaks,
  hangs,
  later,
  replies,
  repliesJson,
  scriptedTransport,
  stalls,
  type Step,
  virtualClock,
} from '@penstock/core/testing'
import { reject, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const origin = 'https://api.example.com/v1'

function set(...steps: readonly [Step, ...Step[]]) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  return { clock, transport, http: client({ pipeline: pipeline([status(), reject()], transport), origin, clock }) }
}

const sent = (transport: ReturnType<typeof set>['transport']) => {
  const { method, origin: to, path, headers, body } = transport.calls.at(-1)!
  return {
    method,
    url: to + path,
    headers,
    body: body.kind === 'text' ? body.text : body.kind === 'bytes' ? Buffer.from(body.bytes).toString() : body.kind,
  }
}

describe('a client', () => {
  it.each([
    ['a path below its base', { path: 'things' }, 'https://api.example.com/v1/things'],
    ['a template', { path: '/a/{id}', params: { id: 'x/y' } }, 'https://api.example.com/v1/a/x%2Fy'],
    [
      'a query',
      { path: '/a?b=1', query: { c: 'd e', f: [1, 2], g: undefined } },
      'https://api.example.com/v1/a?b=1&c=d%20e&f=1&f=2',
    ],
    ['a whole URL', { path: 'http://other.example:81/x?y' }, 'http://other.example:81/x?y'],
    ['its base itself', { path: '' }, 'https://api.example.com/v1'],
  ])('addresses %s', async (_, request, url) => {
    const { http, transport } = set(replies(200))
    await http.send(request)
    expect(sent(transport).url).toBe(url)
  })

  it.each([
    ['json', { json: { a: 1 } }, '{"a":1}', 'application/json'],
    ['a form', { form: { a: 'b c', d: true } }, 'a=b%20c&d=true', 'application/x-www-form-urlencoded'],
    ['text', { body: 'plain' }, 'plain', undefined],
    ['bytes', { body: Buffer.from('raw') }, 'raw', undefined],
  ])('sends %s', async (_, options, body, contentType) => {
    const { http, transport } = set(replies(200))
    await http.post('/', options)
    expect(sent(transport)).toMatchObject({ method: 'POST', body })
    expect(sent(transport).headers['content-type']).toBe(contentType)
  })

  it('sends its own headers with every call, and lets the call’s win', async () => {
    const transport = scriptedTransport(replies(200))
    const http = client({ pipeline: pipeline([], transport), origin, headers: { 'X-A': '1', 'x-b': '1' } })
    await http.get('/', { headers: { 'X-B': '2' } })
    expect(transport.calls[0]!.headers).toEqual({ 'x-a': '1', 'x-b': '2' })
  })

  it.each([
    [
      'two bodies',
      { path: '/', json: 1, body: 'x' },
      'The request cannot be sent: json and body are both given: give one',
    ],
    [
      'a path with spaces',
      { path: '/a b' },
      'The request cannot be sent: the path holds spaces or characters that are not ASCII: encode them, or use params and query',
    ],
    ['a method that is none', { path: '/', method: 'GE T' }, 'The request cannot be sent: the method is not a token'],
    [
      'a password in the URL',
      { path: 'http://u:p@x.example/' },
      'The request cannot be sent: a URL may hold no user or password: put credentials in credential()',
    ],
  ])('refuses %s before anything is sent', async (_, request, message) => {
    const { http, transport } = set(replies(200))
    await expect(http.send(request)).rejects.toMatchObject({ code: 'REQUEST_INVALID', kind: 'input', message })
    expect(transport.calls).toEqual([])
  })

  it.each(['ftp://x.example', 'nonsense', 'https://u:p@x.example', 'https://x.example/?a'])(
    'refuses the origin %s',
    (bad) => {
      expect(() => client({ pipeline: pipeline([], scriptedTransport(replies(200))), origin: bad })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      )
    },
  )

  it('gives the body as bytes, text, JSON and pieces, again and again', async () => {
    const { http } = set(replies(200, { 'content-type': 'application/json' }, '{"id":9007199254740993}'))
    const reply = await http.get('/')
    expect([reply.status, reply.header('Content-Type'), reply.verdict]).toEqual([200, 'application/json', 'ok'])
    expect(await reply.json()).toEqual({ id: '9007199254740993' })
    expect(await reply.text()).toBe('{"id":9007199254740993}')
    expect(Buffer.from(await reply.bytes()).length).toBe(23)
    const pieces: string[] = []
    for await (const piece of reply.stream()) pieces.push(Buffer.from(piece).toString())
    expect(pieces.join('')).toBe('{"id":9007199254740993}')
  })

  it('checks JSON by a schema, and says which field is wrong', async () => {
    const { http } = set(repliesJson({ name: 'a', size: 'big' }))
    const reply = await http.get('/')
    expect(await reply.json(z.object({ name: z.string() }))).toEqual({ name: 'a' })
    await expect(reply.json(z.object({ size: z.number() }))).rejects.toMatchObject({
      code: 'REPLY_SCHEMA',
      message: 'reply: size: Invalid input: expected number, received string: GET https://api.example.com/v1/',
    })
  })

  it.each([
    ['<!doctype html>', 'BODY_HTML'],
    ['nonsense', 'BODY_NOT_JSON'],
  ])('says what came instead of JSON: %s', async (text, code) => {
    const { http } = set(replies(200, {}, text))
    const reply = await http.get('/')
    await expect(reply.json()).rejects.toMatchObject({ code, kind: 'reply' })
  })

  it('throws an error that answers for itself', async () => {
    const { http } = set(replies(503, { 'retry-after': '2' }, 'busy'))
    const error = await http.get('/x', { query: { key: 'canary' } }).catch((thrown) => thrown)
    expect({ ...error }).toEqual({
      code: 'STATUS_503',
      kind: 'reply',
      hint: 'The server failed: try later.',
      verdict: 'busy',
      retryable: true,
      retryAfter: 2000,
      phase: 'receive',
      sent: 'all',
      layer: 'server',
      attempts: 1,
      method: 'GET',
      url: 'https://api.example.com/v1/x',
      status: 503,
      vendorCode: undefined,
    })
    expect(error.message).toBe('Status 503: GET https://api.example.com/v1/x')
    expect(await error.reply.text()).toBe('busy')
    expect(error.zh).toEqual({
      message: '状态码 503：GET https://api.example.com/v1/x',
      hint: '服务器出错：稍后再试。',
    })
  })

  it('throws a failure of the wire with where it was and what was sent', async () => {
    const { http } = set(breaks('CONNECTION_RESET'))
    await expect(http.post('/')).rejects.toMatchObject({
      code: 'CONNECTION_RESET',
      kind: 'network',
      verdict: 'network',
      phase: 'wait',
      sent: 'all',
      layer: 'scripted',
      retryable: true,
    })
  })

  it('rejects with the caller’s own reason before any time passes, and tells its story', async () => {
    const { http, clock } = set(hangs())
    const controller = new AbortController()
    const reason = { mine: true }
    const rejected = http.get('/', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort(reason)
    expect(await rejected).toBe(reason)
    expect(ledgerOf(reason)!.trips).toMatchObject([{ code: 'CANCELLED', phase: 'wait', sent: 'all' }])
    expect(explain(reason)).toMatch(/^GET https:\/\/api\.example\.com\/v1\/\ncancelled after 1 attempt, 1 request/)
    expect(clock.timers).toBe(0)
  })

  it('does not begin a call that is aborted already', async () => {
    const { http, transport } = set(replies(200))
    await expect(http.get('/', { signal: AbortSignal.abort('left') })).rejects.toBe('left')
    expect(transport.calls).toEqual([])
  })

  it('lets an aborted caller go though a layer waits for something of its own', async () => {
    const deaf = async function deaf() {
      return new Promise<never>(() => {})
    }
    const http = client({ pipeline: pipeline([deaf], scriptedTransport(replies(200))), origin })
    const controller = new AbortController()
    const rejected = http.get('/', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort('left')
    expect(await rejected).toBe('left')
  })

  it('cuts the body with the caller’s reason when it stalls', async () => {
    const { http } = set(stalls())
    const controller = new AbortController()
    const reply = await http.get('/', { signal: controller.signal, stream: true })
    const read = reply.text().catch((thrown) => thrown)
    controller.abort('left')
    expect(await read).toBe('left')
  })
})

describe('close', () => {
  it('waits for calls in flight, and takes no new one', async () => {
    const { http, clock } = set(later(3000, replies(200, {}, 'done')))
    const reply = http.get('/')
    await clock.advance(0)
    const closed = http.close()
    await expect(http.get('/')).rejects.toMatchObject({ code: 'CLIENT_CLOSED', kind: 'refused' })
    await clock.advance(3000)
    expect(await (await reply).text()).toBe('done')
    await closed
    expect(clock.timers).toBe(0)
  })

  it('aborts what is left after five seconds, with a typed reason', async () => {
    const { http, clock } = set(hangs())
    const failed = http.get('/').catch((thrown) => thrown)
    await clock.advance(0)
    let closed = false
    const closing = http.close().then(() => (closed = true))
    await clock.advance(4999)
    expect(closed).toBe(false)
    await clock.advance(1)
    await closing
    expect(await failed).toMatchObject({
      code: 'CLIENT_CLOSED',
      message:
        'client: the client was closed, and the call did not end within 5000 ms: GET https://api.example.com/v1/',
    })
  })

  it('closes the transport once, also at the end of `await using`', async () => {
    let closed = 0
    const transport = { ...scriptedTransport(replies(200)), close: async () => void closed++ }
    {
      await using http = client({ pipeline: pipeline([], transport), origin })
      await http.get('/')
      await http.close()
    }
    expect(closed).toBe(1)
  })
})

describe('an endpoint', () => {
  const create = {
    id: 'things.create',
    method: 'POST',
    path: '/things/{kind}',
    encoding: 'json',
    input: z.strictObject({ kind: z.string(), name: z.string() }),
    output: z.looseObject({ id: z.string() }),
    verdicts: {
      code: 'error.code',
      message: 'error.text',
      success: ['0'],
      rows: {
        18: {
          verdict: 'rate',
          code: 'QPS_LIMIT',
          message: 'too many',
          after: 700,
          meaning: { en: 'Too many a second.', zh: '太快。' },
          advice: { en: 'Send less.', zh: '慢一点。' },
          source: 'here',
        },
      },
    },
  } as const

  it('checks and encodes its input, decodes its answer, and hands the story along', async () => {
    const { http, transport } = set(repliesJson({ id: 'a', more: 1, error: { code: 0 } }))
    const made = await http.call(create, { kind: 'x', name: 'n' })
    expect(made).toEqual({ id: 'a', more: 1, error: { code: 0 } })
    expect(sent(transport)).toMatchObject({ url: 'https://api.example.com/v1/things/x', body: '{"name":"n"}' })
    expect(made.explain()).toMatch(/^POST https:\/\/api\.example\.com\/v1\/things\/x\nok after 1 attempt/)
    expect(JSON.stringify(made)).toBe('{"id":"a","more":1,"error":{"code":0}}')
  })

  it('names every field that is wrong before anything is sent', async () => {
    const { http, transport } = set(repliesJson({}))
    await expect(http.call(create, { kind: 1, nome: 'x' } as never)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      kind: 'input',
      message: expect.stringMatching(/^things\.create: kind: .*; name: .*; .*nome/),
    })
    expect(transport.calls).toEqual([])
  })

  it('fails by the vendor’s code, whatever the status', async () => {
    const { http } = set(repliesJson({ error: { code: 18, text: 'secret words' } }))
    const error = await http.call(create, { kind: 'x', name: 'n' }).catch((thrown) => thrown)
    expect(error).toMatchObject({
      code: 'QPS_LIMIT',
      vendorCode: '18',
      verdict: 'rate',
      retryAfter: 700,
      status: 200,
      hint: 'Send less.',
    })
    expect(error.message).toBe('18 QPS_LIMIT: Too many a second: POST https://api.example.com/v1/things/x')
    expect(error.explain()).not.toContain('secret words')
    expect(error.explain({ lang: 'zh' })).toContain('→ 慢一点。')
  })
})

it('lets a call go at the close though a plain layer of it never ends', async () => {
  const clock = virtualClock()
  const deaf = () => new Promise<never>(() => {})
  const http = client({ pipeline: pipeline([deaf], scriptedTransport(replies(200))), origin, clock })
  const failed = http.get('/').catch((thrown) => thrown)
  const closed = http.close()
  await clock.advance(5000)
  await closed
  expect(await failed).toMatchObject({ code: 'CLIENT_CLOSED' })
})

it('hands on what the caller’s own stream failed with, and no library’s error', async () => {
  const reason = new Error('disk')
  const { http } = set(breaks('BODY_SOURCE', { reason }), breaks('CONNECTION_RESET', { reason }))
  expect(await http.get('/').catch((error) => error.cause)).toBe(reason)
  expect(await http.get('/').catch((error) => error.cause)).toBeUndefined()
})

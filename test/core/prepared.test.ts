import { client, type Headers, InputError, pipeline, type Request, Secret } from '@penstock/core'
import { replies, scriptedTransport, seeded } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'

/** The call that the transport is given for a request. */
async function born(request: Request, base: { readonly origin?: string; readonly headers?: Headers } = {}) {
  const transport = scriptedTransport(replies(200))
  const http = client({
    pipeline: pipeline([], transport),
    origin: 'https://api.example.com/v1',
    chance: seeded(1),
    ...base,
  })
  await http.outcome(request)
  return transport.calls[0]!
}

const refused = async (request: object) => {
  const transport = scriptedTransport(replies(200))
  const http = client({ pipeline: pipeline([], transport), origin: 'https://api.example.com/v1' })
  const error = await http.outcome(request as Request).catch((thrown: unknown) => thrown)
  if (!(error instanceof InputError) || transport.calls.length > 0) throw new Error('it was sent')
  return error.message.replace('The request cannot be sent: ', '')
}

describe('the method of a request', () => {
  it.each([
    [undefined, 'GET', 'always'],
    ['get', 'GET', 'always'],
    ['HEAD', 'HEAD', 'always'],
    ['PUT', 'PUT', 'always'],
    ['DELETE', 'DELETE', 'always'],
    ['options', 'OPTIONS', 'always'],
    ['post', 'POST', 'unsent'],
    ['PATCH', 'PATCH', 'unsent'],
    ['purge', 'PURGE', 'unsent'],
    ['M-SEARCH', 'M-SEARCH', 'unsent'],
  ])('%s is sent as %s and may be repeated %s', async (method, sent, repeatable) => {
    const call = await born({ path: '/', ...(method !== undefined && { method }) })
    expect([call.method, call.repeatable]).toEqual([sent, repeatable])
  })

  it('leaves to the caller whether it may be repeated', async () => {
    expect((await born({ path: '/', repeatable: 'never' })).repeatable).toBe('never')
  })

  it.each(['', ' GET', 'GET ', 'GET\n', 'PÜT', 'A/B'])('%j is refused', async (method) => {
    expect(await refused({ path: '/', method })).toBe('the method is not a token')
  })
})

describe('the address of a request', () => {
  const origin = 'https://api.example.com'

  it.each([
    ['things', '/v1/things'],
    ['?a=1', '/v1?a=1'],
    ['/https://other.example/x', '/v1/https://other.example/x'],
    ['see/https://other.example', '/v1/see/https://other.example'],
    ['httpx://other.example', '/v1/httpx://other.example'],
    ["/!~*'();:@&=+$,-._", "/v1/!~*'();:@&=+$,-._"],
  ])('%s is below its base', async (path, whole) => {
    const call = await born({ path })
    expect([call.origin, call.path]).toEqual([origin, whole])
  })

  it.each([
    ['https://other.example/x?y#z', 'https://other.example', '/x?y'],
    ['HTTPS://Other.Example', 'https://other.example', '/'],
    ['http://other.example:80/x', 'http://other.example', '/x'],
    ['http://[::1]:8080/', 'http://[::1]:8080', '/'],
  ])('%s is an address of its own', async (path, to, rest) => {
    const call = await born({ path })
    expect([call.origin, call.path]).toEqual([to, rest])
  })

  it('is the origin alone where a client has no path', async () => {
    const call = await born({ path: 'x' }, { origin })
    expect([call.origin, call.path]).toEqual([origin, '/x'])
  })

  it.each([
    ['of nothing', {}, '/v1/a'],
    ['of what is undefined', { b: undefined }, '/v1/a'],
    ['of several', { b: 1, c: true }, '/v1/a?b=1&c=true'],
  ])('has no mark too many for a query %s', async (_, query, path) => {
    expect((await born({ path: '/a', query })).path).toBe(path)
  })

  it('keeps the secrets of a query apart', async () => {
    const key = new Secret('key', 'canary')
    const { path, secretQuery } = await born({ path: '/a', query: { key, lang: 'en' } })
    expect([path, secretQuery]).toEqual(['/v1/a?lang=en', [['key', key]]])
  })

  it('has no secrets where none were given', async () => {
    expect([(await born({ path: '/' })).secretQuery, (await born({ path: '/', query: { a: 1 } })).secretQuery]).toEqual(
      [[], []],
    )
  })

  it.each([
    ['a letter that is not ASCII', { path: '/ä' }, 'the path holds spaces or characters that are not ASCII'],
    ['a control character', { path: '/\u007f' }, 'the path holds spaces or characters that are not ASCII'],
    ['a line break', { path: '/a\nb' }, 'the path holds spaces or characters that are not ASCII'],
    ['half an address', { path: 'https://[' }, 'the path is not a URL'],
    ['a user', { path: 'https://u@other.example/' }, 'a URL may hold no user or password'],
    ['a password alone', { path: 'https://:p@other.example/' }, 'a URL may hold no user or password'],
    ['a place without its value', { path: '/{id}' }, 'the path needs a value for {id}'],
    ['a value without its place', { path: '/a', params: { id: 1 } }, 'the path has no {id}'],
  ])('is refused with %s', async (_, request, because) => {
    expect(await refused(request)).toContain(because)
  })
})

describe('the headers of a request', () => {
  const headers = { 'x-a': 'client' }

  it('are those of the client where it has none of its own', async () => {
    expect((await born({ path: '/' }, { headers })).headers).toEqual({ 'x-a': 'client' })
  })

  it('come in lower case, without what is undefined', async () => {
    const own = { 'X-A': 'call', 'x-none': undefined, 'x-b': 'b' }
    expect(Object.entries((await born({ path: '/', headers: own }, { headers })).headers)).toEqual([
      ['x-a', 'call'],
      ['x-b', 'b'],
    ])
  })

  it('are left out when they are undefined, though nothing else is to be mended', async () => {
    expect(Object.keys((await born({ path: '/', headers: { 'x-none': undefined } })).headers)).toEqual([])
  })

  it.each([new Map([['a', 'b']]), new Headers({ a: 'b' }), [['a', 'b']]])(
    'are refused when they are no plain object: %o',
    async (own) => {
      expect(await refused({ path: '/', headers: own })).toBe(
        'The headers are no plain object: make one by Object.fromEntries(headers)',
      )
    },
  )

  it('say what the body is, unless they say so themselves', async () => {
    const typed = { 'Content-Type': 'application/vnd.x+json' }
    const [plain, own] = [
      await born({ path: '/', json: 1 }, { headers }),
      await born({ path: '/', json: 1, headers: typed }),
    ]
    expect([plain.headers, own.headers]).toEqual([
      { 'x-a': 'client', 'content-type': 'application/json' },
      { 'content-type': 'application/vnd.x+json' },
    ])
  })
})

describe('the body of a request', () => {
  async function* stream() {
    yield Buffer.from('x')
  }
  const bytes = new Uint8Array([1, 2])

  it.each<[string, Partial<Request>, object]>([
    ['nothing', {}, { kind: 'none' }],
    ['empty text', { body: '' }, { kind: 'text', text: '' }],
    ['bytes', { body: bytes }, { kind: 'bytes', bytes }],
    ['a function', { body: stream }, { kind: 'factory', open: stream, length: undefined }],
    ['a recipe', { body: { kind: 'text', text: 'a' } }, { kind: 'text', text: 'a' }],
  ])('is made of %s', async (_, request, body) => {
    expect((await born({ path: '/', method: 'POST', ...request })).body).toEqual(body)
  })

  it('is made of a stream, once', async () => {
    const { body } = await born({ path: '/', method: 'POST', body: stream() })
    expect(body).toMatchObject({ kind: 'once', length: undefined, spent: true })
  })

  it('is made of parts, between boundaries', async () => {
    const { headers } = await born({ path: '/', method: 'POST', multipart: { a: 'b' } })
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=\S+$/)
  })

  it.each<[string, object, string]>([
    ['four', { json: null, form: {}, multipart: {}, body: '' }, 'json and form and multipart and body'],
    ['two', { form: {}, multipart: {} }, 'form and multipart'],
  ])('is refused when there are %s', async (_, request, names) => {
    expect(await refused({ path: '/', ...request })).toBe(`${names} are both given: give one`)
  })

  it.each([{}, [1], true, new ArrayBuffer(1)])('is refused when it is none: %o', async (body) => {
    expect(await refused({ path: '/', body })).toBe(
      'the body is none of text, bytes, stream, or a function that opens a stream',
    )
  })
})

it.each([
  ['a path', { path: 7 }, 'path or method is no text'],
  ['a method', { path: '/', method: 7 }, 'path or method is no text'],
  ['a signal', { path: '/', signal: { aborted: false } }, 'the signal is no AbortSignal'],
])('a request is refused with %s of another kind', async (_, request, because) => {
  expect(await refused(request)).toBe(because)
})

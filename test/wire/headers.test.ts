import { inspect } from 'node:util'
import { Secret } from '@penstock/core'
import { expect, test } from 'vitest'
import { onHead, serving, servingBytes } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

onBothTransports((make) => {
  /** The head of the request that a call becomes, line by line, in any order. */
  const headOf = async (call: (http: ReturnType<typeof over>) => Promise<unknown>) => {
    let head = ''
    await using server = await servingBytes((socket) =>
      onHead(socket, (text) => {
        head = text
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      }),
    )
    await using http = over(make(), server.origin)
    await call(http)
    const [line, ...headers] = head.slice(0, head.indexOf('\r\n\r\n')).split('\r\n')
    const own = headers.map((header) => header.toLowerCase()).filter((header) => !header.startsWith('host:'))
    return { line, headers: own.toSorted() }
  }

  test('a GET carries what it must and nothing else: no user agent, no library', async () => {
    expect(await headOf((http) => http.get('/'))).toEqual({
      line: 'GET / HTTP/1.1',
      headers: ['accept-encoding: gzip, deflate, br, zstd', 'connection: keep-alive'],
    })
  })

  test('the path goes out as it is, not as a URL would have it', async () => {
    const path = "/a/../b/%7e'(1)|x?q='[]'&d=.."
    expect((await headOf((http) => http.get(path))).line).toBe(`GET ${path} HTTP/1.1`)
  })

  test('secrets in header and query are revealed on the wire', async () => {
    const { line, headers } = await headOf((http) =>
      http.get('/x', {
        query: { a: 1, key: new Secret('key', 'k+/=&') },
        headers: { authorization: new Secret('t', 'Bearer z') },
      }),
    )
    expect(line).toBe('GET /x?a=1&key=k%2B%2F%3D%26 HTTP/1.1')
    expect(headers).toContain('authorization: bearer z')
  })

  test('who prints a reply, however deep, sees no secret of its request', async () => {
    await using server = await serving((_, response) => response.write('half'))
    await using http = over(make(), server.origin)
    const outcome = await http.outcome({
      path: '/',
      query: { key: new Secret('key', 'canary-query') },
      headers: { authorization: new Secret('t', 'canary-header') },
    })
    expect(inspect(outcome, { depth: Infinity })).not.toContain('canary')
    if (!outcome.failed) outcome.body.discard()
  })

  test('a header of several values goes out as several', async () => {
    const { headers } = await headOf((http) => http.get('/', { headers: { 'x-tag': ['a', 'b'] } }))
    expect(headers.filter((header) => header.startsWith('x-tag'))).toEqual(['x-tag: a', 'x-tag: b'])
  })

  test("the call's own accept-encoding stands", async () => {
    const { headers } = await headOf((http) => http.get('/', { headers: { 'Accept-Encoding': 'identity' } }))
    expect(headers).toContain('accept-encoding: identity')
  })

  test.each(['POST', 'PUT', 'PATCH'])('a %s without a body says that it has none', async (method) => {
    const { headers } = await headOf((http) => http.send({ method, path: '/' }))
    expect(headers).toContain('content-length: 0')
  })

  test.each(['GET', 'DELETE', 'OPTIONS'])('a %s without a body says nothing of it', async (method) => {
    const { headers } = await headOf((http) => http.send({ method, path: '/' }))
    expect(headers.filter((header) => /^content-length|^transfer/.test(header))).toEqual([])
  })

  test('a GET may carry a body', async () => {
    const { headers } = await headOf((http) => http.send({ method: 'GET', path: '/', json: { a: 1 } }))
    expect(headers).toContain('content-length: 7')
  })

  test('what came twice is a list, set-cookie always is, and bytes are read as Latin-1', async () => {
    await using server = await servingBytes((socket) =>
      onHead(socket, () =>
        socket.end(
          Buffer.from(
            'HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: c=1\r\nContent-Type: text/a\r\ncontent-type: text/b\r\n' +
              '__proto__: p\r\nX-Name: caf\xe9\r\nContent-Length: 0\r\n\r\n',
            'latin1',
          ),
        ),
      ),
    )
    await using http = over(make(), server.origin)
    const { headers } = await http.get('/')
    expect(Object.entries(headers)).toEqual([
      ['x-a', ['1', '2']],
      ['set-cookie', ['c=1']],
      ['content-type', ['text/a', 'text/b']],
      ['__proto__', 'p'],
      ['x-name', 'café'],
      ['content-length', '0'],
    ])
  })

  test.each([
    ['a line break in a header', { headers: { 'x-a': 'a\r\nx-b: c' } }],
    ['a header that is not a token', { headers: { 'x a': 'b' } }],
    ['a header that is not Latin-1', { headers: { 'x-a': '中' } }],
    ['a header of the transport', { headers: { 'Transfer-Encoding': 'chunked' } }],
    ['a wrong content-length', { headers: { 'content-length': '5' }, method: 'POST', body: 'abc' }],
    ['a HEAD with a body', { method: 'HEAD', body: 'abc' }],
    ['a CONNECT', { method: 'CONNECT' }],
  ])('%s is refused, and nothing is sent', async (_, request) => {
    await using server = await serving((_, response) => response.end())
    await using http = over(make(), server.origin)
    const error = await http.send({ path: '/', ...request }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'REQUEST_INVALID', verdict: 'input', kind: 'input', sent: 'none' })
    expect(server.opened).toBe(0)
  })
})

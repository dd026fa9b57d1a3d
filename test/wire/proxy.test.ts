import { once } from 'node:events'
import http2 from 'node:http2'
import { inspect } from 'node:util'
import { Secret, type Stackable } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { limits, proxy, proxyFromEnv, redirect, tls } from '@penstock/middleware'
import { beforeAll, expect, test } from 'vitest'
import { type Certificate, certificate, pinOf } from '../support/certificates.ts'
import { listening, serving, servingBytes, servingTls } from '../support/loopback.ts'
import { proxying } from '../support/proxies.ts'
import { facts, onBothTransports, over, settled, within } from '../support/transports.ts'

const basic = `Basic ${Buffer.from('app:canary').toString('base64')}`
const credential = { user: 'app', password: new Secret('password', 'canary') }

let target: Certificate
let own: Certificate
beforeAll(async () => {
  target = await certificate({ ip: '127.0.0.1' })
  own = await certificate({ ip: '127.0.0.1' })
})

onBothTransports((make) => {
  const echoing = () =>
    serving((request, response) =>
      response.end(JSON.stringify([request.method, request.url, request.rawHeaders.join()])),
    )

  test('http is handed to the proxy by its whole address, and keeps its Host and its body', async () => {
    await using server = await serving(async (request, response) => {
      let body = ''
      for await (const piece of request) body += String(piece)
      response.end(`${request.method} ${request.url} ${request.headers.host} ${body}`)
    })
    await using through = await proxying()
    await using http = over(make(), server.origin, [proxy(through.origin)])
    const query = { key: new Secret('key', 'k 1') }
    expect(await (await http.post('/a?b=1', { body: 'hi', query })).text()).toBe(
      `POST /a?b=1&key=k%201 127.0.0.1:${server.port} hi`,
    )
    expect(through.asked).toEqual([
      { line: `POST ${server.origin}/a?b=1&key=k%201`, host: `127.0.0.1:${server.port}`, authorization: undefined },
    ])
  })

  test.each([
    ['http', false],
    ['https', true],
  ])('https is tunnelled through an %s proxy, the certificate verified being the server’s own', async (_, secure) => {
    await using server = await servingTls(target)
    await using through = await proxying(secure ? { secure: own } : {})
    const layers = [proxy(through.origin, secure ? { tls: { ca: own.cert } } : {}), tls({ ca: target.cert })]
    await using http = over(make(), server.origin, layers)
    expect(await (await http.get('/')).text()).toBe('secure')
    await settled()
    expect(await (await http.get('/again')).text()).toBe('secure')
    const line = `CONNECT 127.0.0.1:${server.port}`
    expect(through.asked).toEqual([{ line, host: `127.0.0.1:${server.port}`, authorization: undefined }])
    expect(server.opened).toBe(1)
  })

  test.each<[string, () => readonly Stackable[], string]>([
    ['nobody trusts', () => [], 'TLS_SELF_SIGNED'],
    ['has no pinned key', () => [tls({ ca: target.cert, pins: [pinOf(own.cert)] })], 'TLS_PIN'],
  ])('a server whose certificate %s is refused through a tunnel as without one', async (_, layers, code) => {
    await using server = await servingTls(target)
    await using through = await proxying()
    await using http = over(make(), server.origin, [proxy(through.origin), ...layers()])
    const failure = await http.outcome({ path: '/' })
    expect(failure).toMatchObject({ failed: true, verdict: 'refused', code, phase: 'tls', sent: 'none' })
    for (const socket of through.sockets) if (!socket.destroyed) await once(socket, 'close')
  })

  test('an https proxy that nobody trusts is told apart from the server', async () => {
    await using server = await servingTls(target)
    await using through = await proxying({ secure: own })
    await using http = over(make(), server.origin, [proxy(through.origin), tls({ ca: target.cert })])
    expect(await http.outcome({ path: '/' })).toMatchObject({
      verdict: 'refused',
      code: 'PROXY_TLS',
      because: "the connection to the proxy is not secure: the server's certificate is self-signed (TLS_SELF_SIGNED)",
      sent: 'none',
    })
    expect(server.opened).toBe(0)
  })

  test('a streamed body goes through a tunnel', async () => {
    await using server = await servingTls(target, async (request, response) => {
      let bytes = 0
      for await (const piece of request) bytes += (piece as Buffer).length
      response.end(String(bytes))
    })
    await using through = await proxying()
    await using http = over(make(), server.origin, [proxy(through.origin), tls({ ca: target.cert })])
    async function* body() {
      for (let piece = 0; piece < 100; piece++) yield Buffer.alloc(10_000)
    }
    expect(await (await http.post('/', { body: body() })).text()).toBe('1000000')
  })

  test('the credential reaches the proxy, and nobody else', async () => {
    await using plain = await echoing()
    await using secured = await servingTls(target, (request, response) => response.end(request.rawHeaders.join()))
    await using through = await proxying({ authorization: basic })
    await using http = over(make(), plain.origin, [proxy(through.origin, credential), tls({ ca: target.cert })])
    const replies = [await (await http.get('/')).text(), await (await http.get(`${secured.origin}/`)).text()]
    expect(replies.join().toLowerCase()).not.toContain('proxy-')
    expect(through.asked.map(({ authorization }) => authorization)).toEqual([basic, basic])
  })

  test.each([
    ['http', {}, 'the proxy asks for a credential', 'wait'],
    ['http', { user: 'app', password: 'canary-2' }, 'the proxy does not take the credential', 'wait'],
    ['https', {}, 'the proxy asks for a credential', 'connect'],
    ['https', { user: 'app', password: 'canary-2' }, 'the proxy does not take the credential', 'connect'],
  ])('a 407 for %s with %o has a code of its own, and no secret in it', async (scheme, given, because, phase) => {
    await using server = await (scheme === 'https' ? servingTls(target) : echoing())
    await using through = await proxying({ authorization: basic })
    await using http = over(make(), server.origin, [proxy(through.origin, given), tls({ ca: target.cert })])
    const failure = await http.outcome({ path: '/' })
    expect(failure).toMatchObject({ failed: true, verdict: 'auth', code: 'PROXY_AUTH', because, phase })
    const error = await http.get('/').catch((thrown: unknown) => thrown)
    const printed = inspect([failure, error], { depth: 9, showHidden: true }) + JSON.stringify([failure, error])
    expect(printed).not.toMatch(new RegExp(`canary|${Buffer.from('app:canary').toString('base64').slice(0, 12)}`))
    expect(server.opened).toBe(0)
  })

  test('a 407 of the server itself is a reply', async () => {
    await using server = await servingTls(target, (_, response) => response.writeHead(407).end())
    await using through = await proxying()
    await using http = over(make(), server.origin, [proxy(through.origin), tls({ ca: target.cert })])
    expect(await http.outcome({ path: '/' })).toMatchObject({ failed: false, status: 407 })
  })

  test.each([
    ['HTTP/1.1 403 No\r\n\r\n', 'refused', 'the proxy answered 403, and made no tunnel'],
    ['HTTP/1.1 502 Later\r\ncontent-length: 3\r\n\r\nbad', 'network', 'the proxy answered 502, and made no tunnel'],
    ['HTTP/1.1 302 There\r\nlocation: /\r\n\r\n', 'refused', 'the proxy answered 302, and made no tunnel'],
    ['SSH-2.0-OpenSSH\r\n\r\n', 'network', 'what the proxy answered is not HTTP'],
    ['HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'network', 'the proxy spoke into its tunnel'],
  ])('a proxy that answers %o makes no way', async (answers, verdict, because) => {
    await using server = await servingTls(target)
    await using through = await proxying({ answers })
    await using http = over(make(), server.origin, [proxy(through.origin), tls({ ca: target.cert })])
    expect(await http.outcome({ path: '/' })).toMatchObject({
      verdict,
      code: 'PROXY_REFUSED',
      because,
      phase: 'connect',
      sent: 'none',
    })
    expect(server.opened).toBe(0)
  })

  test.each(['http', 'https'])('a proxy that is not there is told apart from the server, for %s', async (scheme) => {
    const gone = await serving(() => {})
    await gone[Symbol.asyncDispose]()
    await using http = over(make(), `${scheme}://127.0.0.1:1`, [proxy(gone.origin)])
    expect(await http.outcome({ path: '/' })).toMatchObject({
      verdict: 'network',
      code: 'PROXY_UNREACHABLE',
      because: 'the proxy cannot be reached: ECONNREFUSED',
      phase: 'connect',
      sent: 'none',
    })
  })

  test('a proxy that hangs up is told so', async () => {
    await using through = await servingBytes((socket) => socket.once('data', () => socket.destroy()))
    await using http = over(make(), 'https://127.0.0.1:1', [proxy(through.origin)])
    expect(await http.outcome({ path: '/' })).toMatchObject({
      verdict: 'network',
      code: 'PROXY_UNREACHABLE',
      sent: 'none',
    })
  })

  test('a proxy that is silent costs the time to connect, and its socket is closed', async () => {
    await using through = await servingBytes((socket) => socket.resume().on('end', () => socket.end()))
    await using http = over(make({ connectTimeout: 100 }), 'https://127.0.0.1:1', [proxy(through.origin)])
    expect(await http.outcome({ path: '/' })).toMatchObject({ code: 'CONNECT_TIMEOUT', sent: 'none' })
    for (const socket of through.sockets) if (!socket.destroyed) await once(socket, 'close')
  })

  test('a call is cut while its tunnel is made, and close() leaves nothing open', async () => {
    await using through = await servingBytes((socket) => socket.resume().on('end', () => socket.end()))
    const http = over(make(), 'https://127.0.0.1:1', [within(50), proxy(through.origin)])
    expect(facts((await http.outcome({ path: '/' })) as never)).toMatchObject({ code: 'CALL_DEADLINE', sent: 'none' })
    const controller = new AbortController()
    const failed = http.get('/', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort('left')
    expect(await failed).toBe('left')
    await http.close()
    for (const socket of through.sockets) if (!socket.destroyed) await once(socket, 'close')
  })

  test('calls through other proxies, or with another credential, never share a socket', async () => {
    await using server = await servingTls(target)
    await using first = await proxying()
    await using second = await proxying()
    const ways = [
      proxy(first.origin),
      proxy(second.origin),
      proxy(first.origin, { user: 'a', password: 'one' }),
      proxy(first.origin, { user: 'a', password: 'two' }),
      proxy(first.origin, { tls: { ca: own.cert } }),
    ]
    let at = 0
    const turns: Stackable = (call, next) => ways[at++ % ways.length]!.run(call, next)
    await using http = over(make(), server.origin, [turns, tls({ ca: target.cert })])
    for (const _ of [...ways, ...ways]) {
      await (await http.get('/')).bytes()
      await settled()
    }
    expect([server.opened, first.opened, second.opened]).toEqual([5, 4, 1])
  })

  test('every hop of a redirect goes its own way', async () => {
    await using straight = await serving((_, response) => response.end('there'))
    await using server = await servingTls(target, (_, response) =>
      response.writeHead(302, { location: `${straight.origin.replace('http:', 'https:')}/` }).end(),
    )
    await using through = await proxying()
    const layers = [
      redirect(),
      proxy(through.origin, { noProxy: [`127.0.0.1:${straight.port}`] }),
      tls({ ca: target.cert }),
    ]
    await using http = over(make(), server.origin, layers)
    expect(await http.outcome({ path: '/' })).toMatchObject({ code: 'TLS_NOT_SPOKEN' })
    expect(through.asked.length).toBe(1)
    expect(straight.opened).toBe(1)
  })

  test('the environment’s proxies are used when they are asked for', async () => {
    await using server = await servingTls(target)
    await using plain = await echoing()
    await using through = await proxying({ authorization: basic })
    const env = {
      HTTPS_PROXY: `http://app:canary@127.0.0.1:${through.port}`,
      http_proxy: `app:canary@127.0.0.1:${through.port}`,
      no_proxy: 'localhost',
    }
    await using http = over(make(), server.origin, [proxyFromEnv({ env }), tls({ ca: target.cert }), limits()])
    expect(await (await http.get('/')).text()).toBe('secure')
    expect((await http.get(`${plain.origin}/`)).status).toBe(200)
    expect((await http.get(`http://localhost:${plain.port}/`)).status).toBe(200)
    expect(through.asked.map(({ line }) => line)).toEqual([`CONNECT 127.0.0.1:${server.port}`, `GET ${plain.origin}/`])
  })
})

test('HTTP/2 is spoken through a tunnel', async () => {
  const server = http2.createSecureServer({ ...target, allowHTTP1: true }, (request, response) =>
    response.end(request.httpVersion),
  )
  await using loopback = await listening(server, 'https')
  await using through = await proxying()
  const layers = [proxy(through.origin), tls({ ca: target.cert })]
  await using http = over(undiciTransport({ http2: true }), loopback.origin, layers)
  expect(await (await http.get('/')).text()).toBe('2.0')
  expect(through.asked.length).toBe(1)
})

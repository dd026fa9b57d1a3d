import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { explain, ledgerOf, pipeline, type Stackable } from '@penstock/core'
import { toFetch } from '@penstock/core/fetch'
import { redirect, status } from '@penstock/middleware'
import { describe, expect, test } from 'vitest'
import { serving, servingBytes } from '../support/loopback.ts'
import { onBothTransports, settled, within } from '../support/transports.ts'

const bytes = Buffer.from('bytes')

const head = (method: string) => (method === 'HEAD' ? { 'content-length': '5' } : {})

onBothTransports((make) => {
  const over = (layers: readonly Stackable[] = []) => toFetch(pipeline([...layers], make()))
  const echo = () =>
    serving(async (request, response) => {
      const { 'content-type': type, 'content-length': length } = request.headers
      response.end(JSON.stringify({ method: request.method, type, length, body: await text(request) }))
    })

  describe('sends', () => {
    test.each<[string, () => unknown, object]>([
      ['text', () => 'é', { type: 'text/plain;charset=UTF-8', length: '2', body: 'é' }],
      [
        'parameters',
        () => new URLSearchParams({ a: 'b c' }),
        { type: 'application/x-www-form-urlencoded;charset=UTF-8', length: '5', body: 'a=b+c' },
      ],
      ['a Blob', () => new Blob(['blob'], { type: 'text/x' }), { type: 'text/x', length: '4', body: 'blob' }],
      ['an ArrayBuffer', () => Uint8Array.from(bytes).buffer, { length: '5', body: 'bytes' }],
      ['a view', () => new DataView(Uint8Array.from(bytes).buffer, 1, 3), { length: '3', body: 'yte' }],
      ['a stream', () => new Blob(['stream']).stream(), { body: 'stream' }],
    ])('%s', async (_, body, sent) => {
      await using server = await echo()
      await using fetch = over()
      const init = { method: 'POST', body: body() as NonNullable<RequestInit['body']>, duplex: 'half' } as const
      expect(await (await fetch(server.origin, init)).json()).toEqual({ method: 'POST', ...sent })
    })

    test('a form that another parser reads', async () => {
      await using server = await serving(async (request, response) => {
        const form = await new Response(await text(request), {
          headers: { 'content-type': request.headers['content-type']! },
        }).formData()
        response.end(JSON.stringify([form.getAll('a'), await (form.get('f') as File).text()]))
      })
      await using fetch = over()
      const body = new FormData()
      body.append('a', '1')
      body.append('f', new File(['file'], 'f.txt'))
      body.append('a', 'x\ny')
      expect(await (await fetch(server.origin, { method: 'POST', body })).json()).toEqual([['1', 'x\r\ny'], 'file'])
    })

    test('a Request, whose parts an init replaces', async () => {
      await using server = await echo()
      await using fetch = over()
      const request = new Request(server.origin, { method: 'PUT', body: 'from the Request' })
      expect(await (await fetch(request, { method: 'PATCH' })).json()).toMatchObject({
        method: 'PATCH',
        length: '16',
        body: 'from the Request',
      })
      await expect(fetch(request)).rejects.toThrow(TypeError)
    })

    test('braces of an address as they may stand in one', async () => {
      await using server = await serving(({ url }, response) => response.end(url))
      await using fetch = over()
      expect(await (await fetch(`${server.origin}/a?b={c}#d`)).text()).toBe('/a?b=%7Bc%7D')
    })
  })

  test.each([
    ['relative', '/a', {}],
    ['of another scheme', 'data:,a', {}],
    ['with a user', 'http://u:p@127.0.0.1/', {}],
    ['with a body on GET', 'http://127.0.0.1/', { body: 'a' }],
    ['with a stream and no duplex', 'http://127.0.0.1/', { method: 'POST', body: new Blob(['a']).stream() }],
    ['with integrity', 'http://127.0.0.1/', { integrity: 'sha256-a' }],
  ])('a request %s is a TypeError, and nothing is sent', async (_, url, init) => {
    await using fetch = over()
    await expect(fetch(url, init)).rejects.toThrow(TypeError)
  })

  test('a judged reply is a Response like any other, with all its cookies, and its story is known', async () => {
    await using server = await serving((_, response) =>
      response.writeHead(503, { 'set-cookie': ['a=1', 'b=2'] }).end('down'),
    )
    await using fetch = over([status()])
    const response = await fetch(`${server.origin}/a#b`)
    const { ok, status: code, statusText, url, redirected, type } = response
    expect({ ok, code, statusText, url, redirected, type, cookies: response.headers.getSetCookie() }).toEqual({
      ok: false,
      code: 503,
      statusText: 'Service Unavailable',
      url: `${server.origin}/a`,
      redirected: false,
      type: 'basic',
      cookies: ['a=1', 'b=2'],
    })
    const clone = response.clone()
    expect([await response.text(), await clone.text(), clone.url]).toEqual(['down', 'down', `${server.origin}/a`])
    expect([ledgerOf(response)?.verdict, ledgerOf(clone)]).toEqual(['busy', ledgerOf(response)])
    expect(explain(response)).toContain('503')
  })

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('%s and %d have no body, and leave the socket to the next', async (method, code) => {
    await using server = await serving((_, response) => response.writeHead(code, head(method)).end(), {
      keepAliveTimeout: 5_000,
    })
    await using fetch = over()
    const first = await fetch(server.origin, { method })
    await settled(50)
    await fetch(server.origin, { method })
    expect({ body: first.body, opened: server.opened }).toEqual({ body: null, opened: 1 })
  })

  test('a large body comes as fast as it is read, and cancelling it lets go of the socket', async () => {
    let written = 0
    const closed = Promise.withResolvers<void>()
    await using server = await serving(async (_, response) => {
      response.once('close', closed.resolve)
      while (!response.destroyed && written < 64e6) {
        written += 65_536
        if (!response.write(Buffer.alloc(65_536))) await Promise.race([once(response, 'drain'), closed.promise])
      }
    })
    await using fetch = over([status()])
    const { body } = await fetch(server.origin)
    const reader = body!.getReader()
    await reader.read()
    await settled(50)
    await reader.cancel()
    await closed.promise
    expect(written).toBeLessThan(32e6)
  })

  test('a body that breaks off throws at its reader, with ours as the cause', async () => {
    await using server = await servingBytes((socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', () => socket.destroy()),
      ),
    )
    await using fetch = over()
    const response = await fetch(server.origin)
    await expect(response.text()).rejects.toMatchObject({ message: 'terminated', cause: { verdict: 'network' } })
  })

  test('an abort rejects with its own reason, before and while the body is read', async () => {
    await using server = await serving((_, response) => response.writeHead(200).write('half'))
    await using fetch = over()
    const before = new Error('before')
    await expect(fetch(server.origin, { signal: AbortSignal.abort(before) })).rejects.toBe(before)
    const controller = new AbortController()
    const response = await fetch(server.origin, { signal: controller.signal })
    const reason = new Error('while')
    controller.abort(reason)
    await expect(response.text()).rejects.toBe(reason)
    expect(ledgerOf(reason)).toBe(ledgerOf(response))
  })

  test('our deadline is the cause of a failed fetch', async () => {
    await using server = await serving(() => {})
    await using fetch = over([within(20)])
    const error = await fetch(server.origin).catch((error: unknown) => error)
    expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'CALL_DEADLINE', kind: 'timeout' } })
    expect(explain(error)).toContain('wire')
  })

  test('a redirect is followed, left or refused, as it is asked', async () => {
    await using server = await serving(({ url }, response) =>
      url === '/a' ? response.writeHead(302, { location: '/b' }).end() : response.end('b'),
    )
    await using fetch = over([status(), redirect()])
    const followed = await fetch(`${server.origin}/a`)
    expect([followed.redirected, followed.url, await followed.text()]).toEqual([true, `${server.origin}/b`, 'b'])
    const left = await fetch(`${server.origin}/a`, { redirect: 'manual' })
    expect([left.status, left.redirected, left.headers.get('location')]).toEqual([302, false, '/b'])
    await expect(fetch(`${server.origin}/a`, { redirect: 'error' })).rejects.toMatchObject({
      message: 'fetch failed',
      cause: { code: 'REDIRECT_LEFT' },
    })
  })
})

import { inspect } from 'node:util'
import { type Call, client, layer, type Next, onceBody, pipeline, type Request, Secret } from '@penstock/core'
import { breaks, hangs, replies, scriptedTransport, stalls, type Step, virtualClock } from '@penstock/core/testing'
import { redirect, type RedirectOptions, retry, status } from '@penstock/middleware'
import { describe, expect, it, vi } from 'vitest'

const to = (location: string | string[], code = 302, headers = {}) => replies(code, { location, ...headers })

function set(options: RedirectOptions, ...steps: readonly [Step, ...Step[]]) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const http = client({
    pipeline: pipeline([redirect(options)], transport),
    origin: 'https://api.example.com',
    clock,
    maxAttempts: 40,
  })
  const outcome = (request: Partial<Request> = {}) => http.outcome({ path: '/a', ...request })
  return { clock, http, outcome, transport, sent: () => transport.calls.map(({ method, url }) => `${method} ${url}`) }
}

const bodyKinds = ({ calls }: { readonly calls: readonly Call<any>[] }) => calls.map(({ body }) => body.kind)

describe('redirect', () => {
  it.each([
    [301, 'POST', 'GET', 'none'],
    [302, 'POST', 'GET', 'none'],
    [303, 'POST', 'GET', 'none'],
    [303, 'PUT', 'GET', 'none'],
    [301, 'PUT', 'PUT', 'text'],
    [302, 'DELETE', 'DELETE', 'text'],
    [307, 'POST', 'POST', 'text'],
    [308, 'PATCH', 'PATCH', 'text'],
  ])('follows %d of a %s by a %s with body %s', async (code, method, after, body) => {
    const { outcome, sent, transport } = set({}, to('/b', code), replies(200))
    const kept = { accept: '*/*', 'x-content': '1', 'x-digest': '1', 'digest-x': '1' }
    const headers = { 'content-type': 'text/plain', 'content-language': 'en', digest: 'x', 'repr-digest': 'x', ...kept }
    await outcome({ method, body: 'text', headers })
    expect(sent()).toEqual([`${method} https://api.example.com/a`, `${after} https://api.example.com/b`])
    expect(bodyKinds(transport)).toEqual(['text', body])
    expect(transport.calls[1]!.headers).toEqual(body === 'none' ? kept : headers)
  })

  it.each([301, 302, 303, 307, 308])('keeps a HEAD a HEAD through %d', async (code) => {
    const { outcome, sent } = set({}, to('/b', code), replies(200))
    await outcome({ method: 'HEAD' })
    expect(sent()).toEqual(['HEAD https://api.example.com/a', 'HEAD https://api.example.com/b'])
  })

  it.each([300, 304, 305, 306, 200, 201])('leaves %d as it is, whatever its Location', async (code) => {
    const { outcome, transport } = set({}, to('/b', code))
    expect(await outcome()).toMatchObject({ failed: false, status: code })
    expect(transport.calls.length).toBe(1)
  })

  it('leaves a redirect without a Location as it is, with its body', async () => {
    const { http } = set({}, replies(302, {}, 'no way'))
    expect(await (await http.get('/a')).text()).toBe('no way')
  })

  it.each<[string | string[], string]>([
    [['/b', '/b'], 'https://api.example.com/b'],
    ['/b/c?d=1', 'https://api.example.com/b/c?d=1'],
    ['c', 'https://api.example.com/x/c'],
    ['../c', 'https://api.example.com/c'],
    ['?page=2', 'https://api.example.com/x/a?page=2'],
    ['//other.example.com/b', 'https://other.example.com/b'],
    ['https://other.example.com:444', 'https://other.example.com:444/'],
    ['/b#part', 'https://api.example.com/b'],
    ['/b c', 'https://api.example.com/b%20c'],
    [Buffer.from('/ü').toString('latin1'), 'https://api.example.com/%C3%BC'],
    ['/\xfc', 'https://api.example.com/%C3%BC'],
    ['/字', 'https://api.example.com/%E5%AD%97'],
  ])('reads the Location %s', async (location, url) => {
    const { outcome, transport } = set({}, to(location), replies(200))
    await outcome({ path: '/x/a?old=1' })
    expect(transport.calls[1]!.url).toBe(url)
  })

  it.each([
    ['https://user@other.example.com/', 'the Location holds a user or a password'],
    ['https://:password@api.example.com/', 'the Location holds a user or a password'],
    ['https://[oops', 'the Location is no URL'],
    ['ftp://api.example.com/', 'the Location is neither http nor https'],
    [['/b', '/c'], 'there is more than one Location, and they differ'],
  ])('refuses the Location %s', async (location, because) => {
    const { outcome, transport } = set({}, to(location))
    expect(await outcome()).toMatchObject({
      verdict: 'refused',
      code: 'REDIRECT_INVALID',
      layer: 'redirect',
      because,
      phase: 'receive',
      sent: 'all',
    })
    expect(transport.calls.length).toBe(1)
  })

  it('refuses to go from https to http, and goes from http to https', async () => {
    expect(await set({}, to('http://api.example.com/b')).outcome()).toMatchObject({
      verdict: 'refused',
      code: 'REDIRECT_INSECURE',
      because: '302 leads from https to http',
    })
    const { outcome, sent } = set({}, to('https://api.example.com/b'), replies(200))
    await outcome({ path: 'http://api.example.com/a' })
    expect(sent()[1]).toBe('GET https://api.example.com/b')
  })

  it('follows ten redirects, and not one more', async () => {
    let hops = 0
    const { outcome, transport } = set({}, (call) => to(`/${++hops}`)(call))
    expect(await outcome()).toMatchObject({
      verdict: 'refused',
      code: 'REDIRECT_LIMIT',
      because: '302 would be redirect 11 of 10 allowed',
    })
    expect(transport.calls.length).toBe(11)
  })

  it('draws every redirect from the attempts of the call', async () => {
    let hops = 0
    const transport = scriptedTransport((call) => to(`/${++hops}`)(call))
    const http = client({
      pipeline: pipeline([redirect()], transport),
      origin: 'https://api.example.com',
      maxAttempts: 3,
    })
    expect(await http.outcome({ path: '/' })).toMatchObject({
      code: 'REDIRECT_LIMIT',
      because: 'the call has made all its 3 attempts at redirect 3',
    })
    expect(transport.calls.length).toBe(3)
  })

  it('finds a circle when it closes', async () => {
    const { outcome, transport } = set({}, to('/b'), to('/a'))
    expect(await outcome()).toMatchObject({
      verdict: 'refused',
      code: 'REDIRECT_LOOP',
      because: 'redirect 2 leads where the call has been',
    })
    expect(transport.calls.length).toBe(2)
  })

  it('sees no circle where a cookie is set on the way, or the method is another', async () => {
    const cookie = set({}, to('/a', 302, { 'set-cookie': ['seen=1'] }), replies(200))
    expect(await cookie.outcome()).toMatchObject({ status: 200 })
    const method = set({}, to('/a', 303), replies(200))
    expect(await method.outcome({ method: 'POST' })).toMatchObject({ status: 200 })
  })

  it('leaves every secret behind when it goes to another origin, for good', async () => {
    const { outcome, transport } = set(
      {},
      to('https://other.example.com/b'),
      to('https://api.example.com/c'),
      replies(200),
    )
    await outcome({
      headers: {
        authorization: 'Basic canary',
        'Proxy-Authorization': 'canary',
        cookie: 'canary',
        'x-api-key': 'canary',
        'private-token': 'canary',
        'ocp-apim-subscription-key': 'canary',
        'x-amz-security-token': 'canary',
        host: 'api.example.com',
        'x-odd': new Secret('odd', 'canary'),
        'idempotency-key': 'k1',
        accept: '*/*',
      },
      query: { key: new Secret('key', 'canary') },
    })
    for (const call of transport.calls.slice(1))
      expect(call).toMatchObject({ headers: { accept: '*/*', 'idempotency-key': 'k1' }, secretQuery: [] })
    expect(Object.keys(transport.calls[1]!.headers)).toEqual(['idempotency-key', 'accept'])
  })

  it.each(['http://api.example.com:81', 'https://api.example.com:444', 'https://sub.api.example.com'])(
    'takes %s for another origin',
    async (origin) => {
      const { outcome, transport } = set({}, to(`${origin}/b`), replies(200))
      await outcome({ path: 'http://api.example.com/a', headers: { 'x-api-key': 'canary' } })
      expect(transport.calls[1]!.headers).toEqual({})
    },
  )

  it('keeps headers and secret parameters within the origin', async () => {
    const key = new Secret('key', 'canary')
    const { outcome, transport } = set({}, to('/b'), replies(200))
    await outcome({ headers: { authorization: key, 'x-api-key': 'k' }, query: { key } })
    const [first, second] = transport.calls
    expect(second).toMatchObject({ path: '/b', headers: first!.headers, secretQuery: first!.secretQuery })
  })

  it.each([
    ['/b?key=canary%2B1&page=2', '/b?page=2', ['key']],
    ['/b?key=canary%2B1', '/b', ['key']],
    ['/b?key=other&page=2', '/b?key=other&page=2', []],
    ['/b?key=canary%2B1&key=other', '/b?key=canary%2B1&key=other', []],
  ])('sends a secret parameter once that the server has written into %s', async (location, path, names) => {
    const { outcome, transport } = set({}, to(location), replies(200))
    await outcome({ query: { key: new Secret('key', 'canary+1') } })
    expect(transport.calls[1]!.path).toBe(path)
    expect(transport.calls[1]!.secretQuery.map(([name]) => name)).toEqual(names)
  })

  it.each([
    ['?key=canary%2B1&page=2', '/b?page=2'],
    ['?page=2&next=https%3A%2F%2Fapi.example.com%2F%3Fkey%3Dcanary%252B1', '/b?page=2'],
    ['?t=bearer-canary', '/b'],
    ['?pin=42&page=42nd', '/b?page=42nd'],
    ['?pin=%34%32&page=2&a=', '/b?page=2&a='],
    ['?a=xxcanary%2B1xx&page=%zz', '/b?page=%zz'],
    ['?a=two+words', '/b'],
    ['', '/b'],
  ])(
    'takes a secret out of the address on another origin that the server has written into it: %s',
    async (tail, path) => {
      const { outcome, transport } = set({}, to(`https://other.example.com/b${tail}`), replies(200))
      const authorization = new Secret('bearer', 'Bearer bearer-canary')
      const words = new Secret('words', 'two words')
      const query = { key: new Secret('key', 'canary+1'), pin: new Secret('pin', '42'), no: new Secret('no', '') }
      await outcome({ headers: { authorization, 'x-words': words }, query })
      expect(transport.calls[1]!.path).toBe(path)
    },
  )

  it('refuses an address on another origin whose path holds a secret', async () => {
    const { outcome, transport } = set({}, to('https://other.example.com/xcanaryx/b'))
    const query = { other: new Secret('other', 'elsewhere'), key: new Secret('key', 'canary') }
    const failed = await outcome({ query })
    expect(failed).toMatchObject({
      verdict: 'refused',
      code: 'REDIRECT_INVALID',
      because: 'the address on another origin holds a secret of this one',
    })
    expect(inspect(failed)).not.toContain('canary')
    expect(transport.calls.length).toBe(1)
  })

  it('drops further headers and gifts by name', async () => {
    const seen: unknown[] = []
    const gift = layer({
      name: 'gift',
      slot: 'identify',
      run: (call: Call, next: Next) =>
        next(call, { credential: 'own', account: 'a1', tenant: 't', region: 'cn', kept: new Secret('kept', 'canary') }),
    })
    const spy = layer({
      name: 'spy',
      slot: 'jar',
      run: (call: Call, next: Next) => (seen.push(call.context), next(call)),
    })
    const transport = scriptedTransport(to('https://other.example.com/'), replies(200))
    const stack = [gift, redirect({ sensitiveHeaders: ['X-Tenant'], sensitiveContext: ['tenant'] }), spy] as const
    const http = client({ pipeline: pipeline(stack, transport), origin: 'https://api.example.com' })
    const reply = await http.get('/a', {
      headers: { 'x-tenant': 't', 'x-region': 'cn' },
      query: { key: new Secret('key', 'canary') },
    })
    expect(transport.calls[1]!.headers).toEqual({ 'x-region': 'cn' })
    expect(seen[1]).toEqual({ region: 'cn' })
    expect(reply.ledger.notes!.map(({ kind, facts }) => [kind.id, facts])).toEqual([
      ['redirect.crosses', { status: 302, method: 'GET', hop: 1, dropped: 6 }],
    ])
  })

  it('leaves a reply that leads to another origin as it is when told to, and says so', async () => {
    const { http, transport } = set({ crossOrigin: false }, to('/b'), to('https://other.example.com/'))
    const reply = await http.get('/a')
    expect([reply.status, transport.calls.length]).toEqual([302, 2])
    expect(reply.ledger.notes!.map(({ kind, facts }) => [kind.id, facts])).toEqual([
      ['redirect.follows', { status: 302, method: 'GET', hop: 1 }],
      ['redirect.stays', { status: 302 }],
    ])
  })

  it('sends a body that can be read once only once, and never an empty one', async () => {
    const { outcome, transport } = set({}, to('/b', 307), replies(200))
    const body = onceBody(
      (async function* () {
        yield Buffer.from('once')
      })(),
    )
    expect(await outcome({ method: 'POST', body })).toMatchObject({
      verdict: 'refused',
      code: 'BODY_SPENT',
      layer: 'redirect',
      because: '307 wants a body again that can be read once',
    })
    expect(transport.calls.length).toBe(1)
  })

  it('makes no repeat of a POST that was answered look safe', async () => {
    const { outcome } = set(
      {},
      to('/b', 303),
      breaks('CONNECTION_REFUSED', { phase: 'connect', sent: 'none', peerRefused: true }),
    )
    expect(await outcome({ method: 'POST' })).toMatchObject({
      code: 'CONNECTION_REFUSED',
      layer: 'scripted',
      phase: 'connect',
      sent: 'all',
      peerRefused: false,
    })
  })

  it('leaves a failure after 307 what it is: nobody has looked at the call', async () => {
    const { outcome } = set({}, to('/b', 307), breaks('CONNECTION_REFUSED', { phase: 'connect', sent: 'none' }))
    expect(await outcome({ method: 'POST' })).toMatchObject({ sent: 'none' })
  })

  it('begins from the start when the call is repeated', async () => {
    const clock = virtualClock()
    const transport = scriptedTransport(to('/b'), replies(503), to('/b'), replies(200))
    const stack = pipeline([retry({ delay: 1 }), status(), redirect()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
    const reply = http.get('/a')
    await clock.drain()
    expect((await reply).status).toBe(200)
    expect(transport.calls.map(({ path, attempt }) => [path, attempt])).toEqual([
      ['/a', 1],
      ['/b', 1],
      ['/a', 2],
      ['/b', 2],
    ])
  })

  it('reads the rest of a short reply that it leaves, and cuts one that stalls after 250 ms', async () => {
    const { clock, outcome, transport } = set({}, stalls(302, { location: '/b' }), replies(200))
    const reply = outcome()
    await clock.advance(249)
    expect(transport.calls.length).toBe(1)
    await clock.advance(1)
    expect(await reply).toMatchObject({ status: 200 })
    expect(clock.timers).toBe(0)
  })

  it('lets go of the body of every reply that it leaves', async () => {
    const discarded = vi.fn()
    const leaving: Step = (call) => {
      const reply = to('/b')(call) as Extract<Awaited<ReturnType<Step>>, { failed: false }>
      return Object.assign(reply, { body: { ...reply.body, discard: discarded } })
    }
    await set({ maxHops: 1 }, leaving, replies(200)).outcome()
    expect(discarded).toHaveBeenCalledOnce()
    await set({}, leaving, leaving).outcome()
    expect(discarded).toHaveBeenCalledTimes(3)
  })

  it.each([
    ['in flight', to('/b'), hangs()],
    ['while it drains', stalls(302, { location: '/b' }), replies(200)],
  ])('lets an aborted caller go at once, %s of a redirect', async (_, first, second) => {
    const { clock, http } = set({}, first, second)
    const controller = new AbortController()
    const failed = http.get('/a', { signal: controller.signal }).catch((thrown) => thrown)
    await clock.advance(1)
    controller.abort('left')
    expect(await failed).toBe('left')
    await clock.advance(0)
    expect(clock.timers).toBe(0)
  })

  it('lets a bug inside pass as it is thrown', async () => {
    const bug = new TypeError('bug')
    const { outcome } = set({}, to('/b'), () => {
      throw bug
    })
    await expect(outcome()).rejects.toBe(bug)
  })

  it('notes nothing where nothing redirects, and hands the call on as it is', async () => {
    const { http } = set({}, replies(200))
    expect((await http.get('/a')).ledger.notes).toBeUndefined()
  })

  it('shows its limit in the plan, and has another name when given one', async () => {
    const stack = pipeline(
      [redirect({ name: 'hops', maxHops: 2, crossOrigin: false })],
      scriptedTransport(to('ftp://a')),
    )
    expect(String(stack.plan())).toBe('hops(2 hops, same origin) → scripted')
    expect(stack.plan().layers[0]!.traits).toEqual({ maxHops: 2, crossOrigin: false })
    expect(String(pipeline([redirect()], scriptedTransport(replies(200))).plan())).toBe('redirect(10 hops) → scripted')
    const http = client({ pipeline: stack, origin: 'https://api.example.com' })
    expect(await http.outcome({ path: '/' })).toMatchObject({ layer: 'hops' })
  })

  it.each([0, -1, 1.5, NaN, '3'])('refuses to be made with maxHops %s', (maxHops) => {
    expect(() => redirect({ maxHops: maxHops as number })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: 'redirect({ maxHops }) is a whole number from 1 on' }),
    )
  })
})

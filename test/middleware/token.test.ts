import {
  type Call,
  type Endpoint,
  layer,
  ledgerOf,
  type Middleware,
  type Next,
  pipeline,
  revealed,
  Secret,
} from '@penstock/core'
import { hangs, later, repliesJson, scriptedTransport } from '@penstock/core/testing'
import { status, token } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { against, grants, kept, keys, ok, origin, unauthorized } from '../support/token-calls.ts'

const bodyText = (call: Call<any>) =>
  call.body.kind === 'bytes' ? Buffer.from(call.body.bytes).toString() : call.body.kind

/** A deadline, as an outer layer sets it. */
const within =
  (after: number): Middleware =>
  (call, next) =>
    next(call.within({ after, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))

describe('token', () => {
  it('asks for a token as RFC 6749 says, and sends it as a bearer', async () => {
    const { outcome, asked, sent } = against([grants('t1')], [ok], { scope: 'read write' })

    expect((await outcome()).verdict).toBe('ok')
    expect(asked.map((call) => [call.method, call.url, revealed(call.headers), bodyText(call)])).toEqual([
      [
        'POST',
        'https://api.example.com/oauth/token',
        { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        'grant_type=client_credentials&client_id=an-id&client_secret=a-secret&scope=read%20write',
      ],
    ])
    expect(sent.map(({ headers }) => revealed(headers))).toEqual([{ authorization: 'Bearer t1' }])
    expect(String(sent[0]!.headers['authorization'])).toMatch(/^⟨access_token#/)
  })

  it('asks where it is told to', async () => {
    const { outcome, asked } = against([grants('t1')], [ok], {
      origin: 'https://auth.example.com',
      path: '/v2/token',
    })
    await outcome()

    expect(asked.map((call) => [call.url, bodyText(call)])).toEqual([
      ['https://auth.example.com/v2/token', 'grant_type=client_credentials&client_id=an-id&client_secret=a-secret'],
    ])
  })

  it('asks by the descriptor it is given, whose verdicts judge the reply', async () => {
    const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
    const endpoint: Endpoint = {
      id: 'vendor.token',
      method: 'POST',
      path: '/vendor/token',
      encoding: 'query',
      input: anything,
      output: anything,
      verdicts: { code: 'fault', message: 'text', success: ['0'], rows: {} },
    }
    const { outcome, asked } = against([repliesJson({ fault: 0, access_token: 't1', expires_in: 60 })], [ok], {
      endpoint,
    })

    expect((await outcome()).verdict).toBe('ok')
    expect(asked[0]!.path).toBe('/vendor/token?grant_type=client_credentials&client_id=an-id&client_secret=a-secret')
  })

  it.each([
    [{ header: 'X-Token' }, { 'x-token': 't1', authorization: 'mine' }, [['key', 'k']]],
    [{ header: 'authorization', scheme: 'Token' }, { authorization: 'Token t1' }, [['key', 'k']]],
    [
      { query: 'other' },
      { authorization: 'mine' },
      [
        ['key', 'k'],
        ['other', 't1'],
      ],
    ],
    [{ query: 'key' }, { authorization: 'mine' }, [['key', 't1']]],
  ] as const)('puts it where its server looks for it: %j', async (place, headers, query) => {
    const { outcome, sent } = against([grants('t1')], [ok], { place })
    await outcome({ headers: { authorization: 'mine' }, query: { key: new Secret('key', 'k') } })

    expect(revealed(sent[0]!.headers)).toEqual(headers)
    expect(sent[0]!.secretQuery.map(([name, value]) => [name, value.reveal()])).toEqual(query)
  })

  it('hands the token in, and an account that stays when the token changes', async () => {
    const seen: Record<string, unknown>[] = []
    const look = layer({
      name: 'look',
      slot: 'seal',
      run(call: Call<any>, next: Next) {
        if (call.path === '/') seen.push(call.context as Record<string, unknown>)
        return next(call)
      },
    })
    const { outcome } = against([grants('t1'), grants('t2')], [unauthorized, ok], {}, { inner: [look] })
    await outcome()

    expect(seen.map((context) => (context['token'] as Secret).reveal())).toEqual(['t1', 't2'])
    expect(seen[0]!['account']).toMatch(/^[0-9a-f]{12}$/)
    expect(seen[1]!['account']).toBe(seen[0]!['account'])
  })

  it('takes a name for the plan, the notes and the failures', async () => {
    const { outcome } = against([unauthorized], [ok], { name: 'vendor' })

    expect(await outcome()).toMatchObject({ layer: 'vendor', code: 'TOKEN_UNAVAILABLE' })
  })
})

describe('token in use', () => {
  it('fetches once for all calls that follow', async () => {
    const { outcome, asked, used } = against([grants('t1')])
    await outcome()
    await outcome()

    expect([asked.length, used()]).toEqual([1, ['Bearer t1', 'Bearer t1']])
  })

  it.each([
    ['a minute before its end', {}, 3600, 3_540_000],
    ['the skew before its end', { skew: 1000 }, 3600, 3_599_000],
    ['at half of a life that is no longer than the skew', {}, 30, 15_000],
    ['at its end without a skew', { skew: 0 }, '100', 100_000],
    ['after an hour less the skew when the reply does not say', {}, undefined, 3_540_000],
  ])('is replaced %s, not a millisecond sooner', async (_, options, expires, until) => {
    const first = repliesJson({ access_token: 't1', ...(expires === undefined ? {} : { expires_in: expires }) })
    const { http, clock, used } = against([later(700, first), grants('t2')], [ok], options)
    const call = () => http.get('/')
    const began = call()
    await clock.advance(700)
    await began
    // counted from before it was asked for
    await clock.advance(until - 701)
    await call()
    await clock.advance(1)
    await call()

    expect(used()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2'])
  })

  it('is fetched once for all who wait, and hangs in each of their ledgers', async () => {
    const { calls, keep } = kept()
    const { http, clock, asked, used } = against([later(100, grants('t1'))], [ok], {}, { outer: [keep] })
    const all = Promise.all([http.get('/'), http.get('/'), http.get('/')])
    await clock.drain()
    await all
    const children = calls.map(({ ledger }) => ledger.children)

    expect([asked.length, used()]).toEqual([1, ['Bearer t1', 'Bearer t1', 'Bearer t1']])
    expect(children.map((each) => [each?.length, each![0] === children[0]![0]])).toEqual([
      [1, true],
      [1, true],
      [1, true],
    ])
    expect(children[0]![0]).toMatchObject({ endpoint: 'oauth.token', verdict: 'ok', trips: [{ status: 200 }] })
    expect(children[0]![0]!.endedAt).toBe(100)
  })

  it('is another one at another origin', async () => {
    const { outcome, asked, used } = against([grants('t1'), grants('t2')])
    await outcome()
    await outcome({ path: 'https://other.example.com/' })
    await outcome()

    expect(asked.map((call) => call.origin)).toEqual([origin, 'https://other.example.com'])
    expect(used()).toEqual(['Bearer t1', 'Bearer t2', 'Bearer t1'])
  })

  it('is forgotten for the 1025th origin, and the youngest are kept', async () => {
    const { http, asked } = against([grants('t1')])
    const call = (host: number) => http.get(`https://h${host}.example.com/`)
    for (let host = 0; host < 1024; host++) await call(host)
    await call(0)
    expect(asked.length).toBe(1024)
    await call(1024)
    await call(1)
    expect(asked.length).toBe(1025)
    await call(0)
    expect(asked.length).toBe(1026)
  })

  it('is told in the story of the call that waited', async () => {
    const { http, clock } = against([later(100, grants('t1'))])
    const began = http.get('/')
    await clock.drain()

    expect((await began).explain()).toBe(
      [
        'GET https://api.example.com/',
        'ok after 1 attempt, 1 request, 100 ms',
        '     0 ms  ↳   oauth.token: ok after 1 attempt, 1 request, 100 ms',
        '   100 ms    #1  wire           200 after 100 ms',
        '   100 ms  #1  wire           200 after 0 ms',
      ].join('\n'),
    )
  })

  it.each(['off', 'all'] as const)('works when the ledger keeps %s', async (diagnose) => {
    const { outcome } = against([grants('t1'), grants('t2')], [unauthorized, ok])

    expect((await outcome({ diagnose })).verdict).toBe('ok')
  })
})

describe('a call that waits for a token', () => {
  it('rejects with the reason of its caller at once, and the others get their token', async () => {
    const { http, clock, asked, used } = against([later(100, grants('t1'))])
    const over = new AbortController()
    const reason = { why: 'mine' }
    const leader = http.get('/', { signal: over.signal })
    const other = http.get('/')
    await clock.advance(10)
    over.abort(reason)

    await expect(leader).rejects.toBe(reason)
    expect(ledgerOf(reason)?.children?.map(({ endpoint }) => endpoint)).toEqual(['oauth.token'])
    await clock.drain()
    expect((await other).status).toBe(200)
    expect([asked.length, used(), clock.timers]).toEqual([1, ['Bearer t1'], 0])
  })

  it('ends at its own deadline, and the flight goes on for the next', async () => {
    const { http, clock, asked, used } = against([later(100, grants('t1'))], [ok], {}, { outer: [within(40)] })
    const first = http.outcome({ path: '/' })
    await clock.advance(40)

    expect(await first).toMatchObject({ verdict: 'late', code: 'CALL_DEADLINE' })
    await clock.advance(60)
    const second = await http.outcome({ path: '/' })
    expect([second.verdict, asked.length, used(), clock.timers]).toEqual(['ok', 1, ['Bearer t1'], 0])
  })

  it('fails when the fetch has taken too long, and leaves nothing behind', async () => {
    const { http, clock } = against([hangs()], [ok], { after: 300 })
    const call = http.outcome({ path: '/' })
    await clock.advance(299)
    expect(clock.timers).toBe(1)
    await clock.advance(1)

    expect(await call).toMatchObject({
      verdict: 'refused',
      code: 'TOKEN_UNAVAILABLE',
      because: 'no token could be had: CALL_DEADLINE, 300 ms were over',
      phase: 'local',
      sent: 'none',
    })
    expect(clock.timers).toBe(0)
  })

  it('is cut with its flight when the client is closed', async () => {
    const { http, clock } = against([hangs()])
    const call = http.outcome({ path: '/' })
    await clock.advance(1)
    const closed = http.close({ within: 5 })
    await clock.advance(5)
    await closed

    expect(await call).toMatchObject({ verdict: 'cancelled', code: 'CLIENT_CLOSED' })
    expect(clock.timers).toBe(0)
  })

  it('asks anew after a fetch that failed', async () => {
    const { outcome, used } = against([unauthorized, grants('t2')])

    expect((await outcome()).verdict).toBe('auth')
    expect((await outcome()).verdict).toBe('ok')
    expect(used()).toEqual(['Bearer t2'])
  })
})

describe('token options', () => {
  it('take an issuer over plain http, and show skew and bound in the plan', async () => {
    const { outcome, asked } = against([grants('t1')], [ok], { origin: 'http://auth.example.com/' })
    await outcome()
    const stack = pipeline([token(keys), status()], scriptedTransport(ok))

    expect(asked[0]!.origin).toBe('http://auth.example.com')
    expect(stack.plan().layers[0]!.traits).toEqual({ skew: 60_000, waits: 10_000 })
  })

  it.each([
    [{ clientId: '' }, 'token(): the client_id is empty'],
    [{ clientSecret: 'a-secret\n' }, 'token(): the client_secret holds a line break'],
    [{ origin: 'auth.example.com' }, 'token: origin is not an http or https URL: write it as https://auth.example.com'],
    [{ origin: 'ftp://a.example' }, 'token: origin is not an http or https URL: write it as https://auth.example.com'],
    [
      { origin: 'xhttp://a.example' },
      'token: origin is not an http or https URL: write it as https://auth.example.com',
    ],
    [{ retries: -1 }, 'token: retries is -1: give a whole number from 0 up'],
    [{ retries: 0.5 }, 'token: retries is 0.5: give a whole number from 0 up'],
    [{ skew: -1 }, 'token: skew is -1: give milliseconds'],
    [{ after: 0 }, 'token: after is 0: give milliseconds above zero'],
  ])('refuse %j', (options, message) => {
    expect(() => token({ ...keys, ...options })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })
})

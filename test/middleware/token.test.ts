import { inspect } from 'node:util'
import {
  bytesBody,
  type Call,
  type CallError,
  client,
  type Endpoint,
  Failure,
  layer,
  ledgerOf,
  type Middleware,
  type Next,
  onceBody,
  pipeline,
  Reply,
  type Request,
  revealed,
  Secret,
} from '@penstock/core'
import {
  breaks,
  hangs,
  later,
  replies,
  repliesJson,
  scriptedTransport,
  type Step,
  virtualClock,
} from '@penstock/core/testing'
import { reject, retry, status, token, type TokenOptions } from '@penstock/middleware'
import { oauthToken } from '../../packages/middleware/src/token/oauth-token.ts'
import type { Store } from '../../packages/middleware/src/stores/store.ts'
import { describe, expect, it } from 'vitest'

const keys = { clientId: 'an-id', clientSecret: 'a-secret' } as const
const grants = (access_token: string, expires_in: unknown = 3600): Step => repliesJson({ access_token, expires_in })
const ok = repliesJson({ ok: true })
const unauthorized = replies(401)
const busy = (seconds: number) => replies(503, { 'retry-after': String(seconds) }, '{}')
const origin = 'https://api.example.com'

/** Token calls and other calls each play a script of their own. */
function against(
  tokens: readonly [Step, ...Step[]],
  calls: readonly [Step, ...Step[]] = [ok],
  options: Partial<TokenOptions<any>> = {},
  {
    outer = [],
    inner = [],
    maxAttempts = 10,
  }: { outer?: readonly unknown[]; inner?: readonly unknown[]; maxAttempts?: number } = {},
) {
  const clock = virtualClock()
  const [asked, sent] = [scriptedTransport(...tokens), scriptedTransport(...calls)]
  const transport = {
    name: 'scripted',
    send: (call: Call<any>) => (call.method === 'POST' && call.path.includes('token') ? asked : sent).send(call),
    close: async () => {},
  }
  const layers = [...outer, token({ ...keys, ...options }), ...inner, status(), reject()]
  const http = client({ pipeline: pipeline(layers as never, transport), origin, clock, chance: () => 0.5, maxAttempts })
  async function outcome(request: Partial<Request> = {}) {
    const done = http.outcome({ path: '/', ...request })
    await Promise.allSettled([done, clock.drain()])
    return done
  }
  return { clock, asked: asked.calls, sent: sent.calls, http, outcome, used: () => sent.calls.map(bearer) }
}

const bearer = ({ headers }: Call<any>) => revealed(headers)['authorization']
const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind, facts }) => [kind.id, facts]) ?? []
const bodyText = (call: Call<any>) =>
  call.body.kind === 'bytes' ? Buffer.from(call.body.bytes).toString() : call.body.kind
/** Every call of a client, by a layer that stands outside. */
function kept() {
  const calls: Call<any>[] = []
  const keep: Middleware = (call, next) => {
    calls.push(call)
    return next(call)
  }
  return { calls, keep }
}
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

describe('a refused token', () => {
  it('is replaced, and the call is sent once more, charged neither to retry nor to the breaker', async () => {
    const { outcome, asked, sent, used } = against(
      [grants('t1'), grants('t2')],
      [unauthorized, ok],
      {},
      { outer: [retry({ retries: 1 })] },
    )
    const reply = await outcome()

    expect([reply.verdict, asked.length, used(), sent.map(({ attempt }) => attempt)]).toEqual([
      'ok',
      2,
      ['Bearer t1', 'Bearer t2'],
      [1, 1],
    ])
    const { ledger } = sent[0]!
    expect(notesOf(ledger)).toEqual([
      ['token.drops', { token: String(new Secret('access_token', 't1')) }],
      ['token.replays', { token: String(new Secret('access_token', 't2')) }],
    ])
    expect([ledger.budget.drawn, ledger.children?.length]).toEqual([2, 2])
  })

  it('comes back as it is when the next is refused too', async () => {
    const { outcome, asked, used } = against([grants('t1'), grants('t2')], [unauthorized])
    const reply = await outcome()

    expect(reply).toMatchObject({ failed: false, status: 401, verdict: 'token' })
    expect([asked.length, used()]).toEqual([2, ['Bearer t1', 'Bearer t2']])
  })

  it('gives way to a newer one that is there already', async () => {
    const slow = later(100, unauthorized)
    const { http, clock, asked, sent, used } = against(
      [grants('t1'), grants('t2')],
      [later(10, unauthorized), slow, ok],
    )
    const all = Promise.all([http.get('/'), http.get('/')])
    await clock.drain()
    await all
    await http.get('/')

    expect([asked.length, used()]).toEqual([2, ['Bearer t1', 'Bearer t1', 'Bearer t2', 'Bearer t2', 'Bearer t2']])
    expect(notesOf(sent[1]!.ledger).map(([kind]) => kind)).toEqual(['token.newer', 'token.replays'])
  })

  it('waits for the flight that replaces it already', async () => {
    const { http, clock, asked, used } = against(
      [grants('t1'), later(100, grants('t2'))],
      [later(10, unauthorized), later(50, unauthorized), ok],
    )
    const all = Promise.all([http.get('/'), http.get('/')])
    await clock.drain()
    await all

    expect([asked.length, used()]).toEqual([2, ['Bearer t1', 'Bearer t1', 'Bearer t2', 'Bearer t2']])
  })

  it('is not replayed with a body that is spent, and is used no more', async () => {
    const { outcome, sent, used } = against([grants('t1'), grants('t2')], [unauthorized, ok])
    async function* stream() {
      yield Buffer.from('x')
    }
    const reply = await outcome({ method: 'PUT', body: onceBody(stream()) })

    expect(reply).toMatchObject({ status: 401, verdict: 'token' })
    expect(notesOf(sent[0]!.ledger)).toEqual([['token.spent', { token: String(new Secret('access_token', 't1')) }]])
    await outcome()
    expect(used()).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('is not replayed by a call that has made all its attempts, and is used no more', async () => {
    const { outcome, sent, used } = against([grants('t1'), grants('t2')], [unauthorized, ok], {}, { maxAttempts: 1 })

    expect(await outcome()).toMatchObject({ status: 401, verdict: 'token' })
    const token = String(new Secret('access_token', 't1'))
    expect(notesOf(sent[0]!.ledger)).toEqual([['token.attempts', { token, attempts: 1 }]])
    await outcome()
    expect(used()).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('draws its replay from the attempts of the call', async () => {
    const { outcome, sent } = against([grants('t1'), grants('t2')], [unauthorized, ok])
    await outcome()
    expect(sent[0]!.budget.drawn).toBe(2)
  })

  it('lets go of the body of the reply that refused it', async () => {
    let discarded = 0
    const body = { ...bytesBody(new Uint8Array()), discard: () => void discarded++ }
    const { outcome } = against([grants('t1'), grants('t2')], [() => new Reply(401, {}, body), ok])
    await outcome()

    expect(discarded).toBe(1)
  })

  it('ends the call when there is no other', async () => {
    const { outcome, used } = against([grants('t1'), unauthorized], [unauthorized])

    expect(await outcome()).toMatchObject({ failed: true, verdict: 'auth', code: 'TOKEN_UNAVAILABLE' })
    expect(used()).toEqual(['Bearer t1'])
  })

  it.each([429, 500, 503, 403, 400])('is not what a status of %i means', async (code) => {
    const { outcome, asked, used } = against([grants('t1')], [replies(code)])

    expect(await outcome()).toMatchObject({ status: code })
    expect([asked.length, used()]).toEqual([1, ['Bearer t1']])
  })
})

describe('a token call', () => {
  it('is made again when another may help, later each time', async () => {
    const { outcome, asked } = against([breaks('CONNECTION_RESET'), busy(1), grants('t1')])
    const { ledger } = (await outcome(), asked[0]!)

    expect(notesOf(ledger)).toEqual([
      ['token.waits', { wait: 100, code: 'CONNECTION_RESET' }],
      ['token.waits', { wait: 1200, code: 'STATUS_503' }],
    ])
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  })

  it.each([
    [undefined, 4, [100, 200, 400]],
    [1, 2, [100]],
    [0, 1, []],
  ])('is given up with retries at %s after %i attempts', async (retries, attempts, waits) => {
    const { outcome, asked } = against([repliesJson({}, 500)], [ok], retries === undefined ? {} : { retries })

    expect(await outcome()).toMatchObject({
      verdict: 'refused',
      code: 'TOKEN_UNAVAILABLE',
      because: 'the token endpoint answers 500',
      sent: 'none',
    })
    expect([asked.length, notesOf(asked[0]!.ledger).map(([, facts]) => (facts as { wait: number }).wait)]).toEqual([
      attempts,
      waits,
    ])
  })

  it('is given up when the next wait would not fit', async () => {
    const { outcome, asked } = against([busy(10)])

    expect(await outcome()).toMatchObject({ verdict: 'refused', code: 'TOKEN_UNAVAILABLE', retryAfter: 10_000 })
    expect(notesOf(asked[0]!.ledger)).toEqual([['token.does_not_fit', { wait: 10_100, left: 10_000 }]])
  })

  it('lets go of the body of a reply before it asks again', async () => {
    let discarded = 0
    const body = { ...bytesBody(new Uint8Array()), discard: () => void discarded++ }
    const { outcome } = against([() => new Reply(500, {}, body), grants('t1')])
    await outcome()

    expect(discarded).toBe(1)
  })

  it('names what the server said of the credential, and is not made again', async () => {
    const { outcome, asked } = against([
      repliesJson({ error: 'invalid_client', error_description: 'canary is wrong' }, 401),
    ])

    expect(await outcome()).toMatchObject({
      verdict: 'auth',
      code: 'TOKEN_UNAVAILABLE',
      layer: 'token',
      because: 'the token endpoint answers 401, invalid_client (CREDENTIAL_REFUSED): The client is not known.',
    })
    expect(asked.length).toBe(1)
  })

  it.each([
    ['invalid_grant', 'auth', 'CREDENTIAL_REFUSED', 'The grant is not good.'],
    ['unauthorized_client', 'denied', 'GRANT_DENIED', 'The client may not ask so.'],
    ['invalid_scope', 'denied', 'SCOPE_REFUSED', 'The scope is refused.'],
    ['invalid_request', 'input', 'TOKEN_REQUEST_INVALID', 'The request is not valid.'],
    ['unsupported_grant_type', 'input', 'TOKEN_REQUEST_INVALID', 'No such grant.'],
    ['temporarily_unavailable', 'refused', 'TOKEN_SERVER_BUSY', 'The server is busy.'],
    ['server_error', 'refused', 'TOKEN_SERVER_FAILED', 'The server failed.'],
  ])('with the error %s has the verdict %s', async (error, verdict, code, meaning) => {
    const { outcome } = against([repliesJson({ error }, 400)], [ok], { retries: 0 })

    expect(await outcome()).toMatchObject({
      verdict,
      because: `the token endpoint answers 400, ${error} (${code}): ${meaning}`,
    })
  })

  it('by default is that of RFC 6749, each error with its meaning in both languages', () => {
    const { input, output, verdicts, ...rest } = oauthToken('/token')

    expect(rest).toEqual({
      id: 'oauth.token',
      method: 'POST',
      path: '/token',
      encoding: 'form',
      repeatable: 'always',
      billed: 'free',
      docs: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.4',
    })
    expect([input, output].map((schema) => schema['~standard'].vendor)).toEqual(['penstock', 'penstock'])
    expect({ ...verdicts, rows: {} }).toEqual({ code: 'error', message: 'error_description', success: [], rows: {} })
    const rows = Object.values(verdicts!.rows)
    expect(rows.map(({ meaning, message }) => message + meaning.zh)).toEqual([
      '客户端身份无效。',
      '授权无效。',
      '客户端无权使用此方式。',
      'scope 被拒绝。',
      '请求无效。',
      '不支持此授权方式。',
      '服务器繁忙。',
      '服务器出错。',
    ])
  })

  it.each([
    ['the code of what broke', breaks('DNS_NOT_FOUND'), 'Check the host name and the DNS of this machine.'],
    ['nothing more than a status', repliesJson({}, 500), undefined],
  ])('says what to do by %s, and to wait a second', async (_, step, advice) => {
    const { outcome } = against([step], [ok], { retries: 0 })

    const { hint, retryAfter } = (await outcome()) as Failure
    expect({ advice: hint?.en, retryAfter }).toEqual({ advice, retryAfter: 1000 })
  })

  it('names no time when another try would not help', async () => {
    const { outcome } = against([repliesJson({ error: 'invalid_client' }, 401)], [ok])

    const { hint, retryAfter } = (await outcome()) as Failure
    expect([hint?.en.length, retryAfter]).toEqual([expect.any(Number), undefined])
  })

  it('hands on how long to wait, and what outer layers have given', async () => {
    const outer = layer({
      name: 'outer',
      slot: 'guard',
      gives: ['tenant'],
      run: (call: Call<any>, next: Next) => next(call, { tenant: 'acme' }),
    })
    const { outcome, asked } = against([breaks('RESET', { retryAfter: 7 })], [ok], { retries: 0 }, { outer: [outer] })

    expect(await outcome()).toMatchObject({ verdict: 'refused', retryAfter: 7 })
    expect(asked[0]!.context).toEqual({ tenant: 'acme' })
  })

  it.each([
    ['a 401 without a word', unauthorized, 'auth', 'the token endpoint answers 401'],
    ['no token', repliesJson({}), 'refused', 'no token could be had: REPLY_SCHEMA, access_token: is no text'],
    [
      'no time',
      repliesJson({ access_token: 'x', expires_in: 'soon' }),
      'refused',
      'no token could be had: REPLY_SCHEMA, expires_in: is no number of seconds',
    ],
    ['a token that no header takes', grants('a\nb'), 'refused', 'what came is no token'],
    ['a redirect', replies(302), 'input', 'the token endpoint answers 302, REDIRECT_LEFT'],
    ['a page', replies(500, {}, '<html>'), 'refused', 'the token endpoint answers 500'],
    ['an empty token', grants(''), 'refused', 'what came is no token'],
    [
      'a break',
      breaks('DNS_NOT_FOUND'),
      'refused',
      'no token could be had: DNS_NOT_FOUND, the script says DNS_NOT_FOUND',
    ],
  ])('that brings %s says so', async (_, step, verdict, because) => {
    const { outcome, sent } = against([step], [ok], { retries: 0 })

    expect(await outcome()).toMatchObject({ code: 'TOKEN_UNAVAILABLE', verdict, because, phase: 'local' })
    expect(sent).toEqual([])
  })

  it('that never came to a status has the reason in its ledger', async () => {
    const { outcome, asked } = against([breaks('DNS_NOT_FOUND')], [ok], { retries: 0 })
    await outcome()

    expect(notesOf(asked[0]!.ledger)).toEqual([['token.fails', { code: 'DNS_NOT_FOUND' }]])
    expect(asked[0]!.ledger.verdict).toBe('refused')
  })

  it('is worth nothing to its own server when nobody judges it, but the token is', async () => {
    const clock = virtualClock()
    const judge = layer({ name: 'none', slot: 'judge', verdicts: 'gives', run: (call, next) => next(call) })
    const transport = scriptedTransport(grants('t1'), ok)
    const http = client({ pipeline: pipeline([token(keys), judge], transport), origin, clock })

    expect((await http.get('/')).status).toBe(200)
    expect(bearer(transport.calls[1]!)).toBe('Bearer t1')
  })

  it('shows no key and no token, however it fails', async () => {
    const canary = { clientId: 'canary-id', clientSecret: 'canary-secret' }
    const { http, clock, asked } = against([grants('canary-token'), replies(500)], [unauthorized], canary)
    const failed = http.get('/').catch((error: CallError) => error)
    await clock.drain()
    const error = (await failed) as CallError
    const ledger = ledgerOf(error)!

    expect(error.code).toBe('TOKEN_UNAVAILABLE')
    const shown = [error, ledger, asked[0]!.options, asked[0]!.headers]
    expect(
      shown.map((one) => inspect(one, { depth: 20 })).join() + error.explain() + JSON.stringify(error),
    ).not.toMatch(/canary/)
  })

  it('passes what a bug threw to all who wait, untouched, and asks anew', async () => {
    const bug = new TypeError('a bug')
    let broken = true
    const breaking: Middleware = async (call, next) => {
      if (!broken) return next(call)
      await call.wait(10)
      throw bug
    }
    const { http, clock } = against([grants('t1')], [ok], {}, { inner: [breaking] })
    const all = Promise.allSettled([http.get('/'), http.get('/')])
    await clock.drain()

    expect(await all).toEqual([
      { status: 'rejected', reason: bug },
      { status: 'rejected', reason: bug },
    ])
    broken = false
    expect((await http.get('/')).status).toBe(200)
  })

  it('that throws when all have left is nobody’s unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const breaking: Middleware = async (call) => {
      await call.wait(10)
      throw new TypeError('a bug')
    }
    const { http, clock } = against([grants('t1')], [ok], {}, { inner: [breaking] })
    const over = new AbortController()
    const call = http.get('/', { signal: over.signal }).catch(() => 'left')
    await clock.advance(1)
    over.abort()
    expect(await call).toBe('left')
    await clock.advance(20)
    process.off('unhandledRejection', listen)

    expect(unhandled).toEqual([])
  })
})

describe('clocks that differ', () => {
  const dated = (milliseconds: number): Step =>
    replies(200, { date: new Date(Date.UTC(2026, 0, 1) + milliseconds).toUTCString() }, '{"access_token":"t1"}')

  it.each([600_000, -600_000])('by %i ms are let be', async (apart) => {
    const { outcome, asked } = against([dated(apart)], [ok], { drift: 'refuse' })

    expect((await outcome()).verdict).toBe('ok')
    expect(notesOf(asked[0]!.ledger)).toEqual([])
  })

  it.each([601_000, -601_000])('by %i ms are noted', async (apart) => {
    const { outcome, asked } = against([dated(apart)])

    expect((await outcome()).verdict).toBe('ok')
    expect(notesOf(asked[0]!.ledger)).toEqual([
      [
        'token.drift',
        {
          apart: 601_000,
          here: '2026-01-01T00:00:00.000Z',
          there: new Date(Date.UTC(2026, 0, 1) + apart).toISOString(),
        },
      ],
    ])
  })

  it('are refused with both times when asked to', async () => {
    const { outcome, sent } = against([dated(601_000)], [ok], { drift: 'refuse' })

    expect(await outcome()).toMatchObject({
      verdict: 'refused',
      code: 'TOKEN_UNAVAILABLE',
      because: "the clock here says 2026-01-01T00:00:00.000Z, the server's 2026-01-01T00:10:01.000Z",
    })
    expect(sent).toEqual([])
  })
})

describe('a store', () => {
  function memory(change: Partial<Store> = {}) {
    const values = new Map<string, { text: string; ttl: number }>()
    const store: Store = {
      name: 'memory',
      get: async (key) => (values.has(key) ? Buffer.from(values.get(key)!.text) : undefined),
      set: async (key, value, { ttl }) => void values.set(key, { text: Buffer.from(value).toString(), ttl }),
      delete: async (key) => void values.delete(key),
      ...change,
    }
    return { store, values }
  }
  const midnight = Date.UTC(2026, 0, 1)

  it('keeps the token with its end by the wall clock, under a key that holds no credential', async () => {
    const { store, values } = memory()
    const { outcome } = against([grants('t1')], [ok], { store })
    await outcome()

    expect([...values]).toEqual([
      [
        expect.stringMatching(/^token-[0-9a-f]{64}$/),
        { text: `{"token":"t1","expiresAt":${midnight + 3_600_000}}`, ttl: 3_600_000 },
      ],
    ])
  })

  it('saves the next process a token call, and the ledger says so', async () => {
    const { store } = memory()
    await against([grants('t1')], [ok], { store }).outcome()
    const { calls, keep } = kept()
    const { outcome, asked, used } = against([grants('t2')], [ok], { store }, { outer: [keep] })
    await outcome()

    expect([asked.length, used()]).toEqual([0, ['Bearer t1']])
    expect(notesOf(calls[0]!.ledger.children![0])).toEqual([['token.stored', { store: 'memory' }]])
  })

  it('serves another credential, scope or origin nothing', async () => {
    const { store, values } = memory()
    for (const options of [
      {},
      { path: '/token/b' },
      { clientId: 'b' },
      { clientSecret: 'b' },
      { scope: 'b' },
      { origin: 'https://b.example' },
    ])
      await against([grants('t1')], [ok], { store, ...options }).outcome()

    expect(values.size).toBe(6)
  })

  it('is asked again after a refusal, for another process may have a newer one', async () => {
    const { store, values } = memory()
    const { outcome, asked, used } = against([grants('t1')], [ok, unauthorized, ok], { store })
    await outcome()
    const [key] = values.keys()
    values.set(key!, { text: `{"token":"t9","expiresAt":${midnight + 3_600_000}}`, ttl: 0 })
    await outcome()

    expect([asked.length, used()]).toEqual([1, ['Bearer t1', 'Bearer t1', 'Bearer t9']])
  })

  it('does not bring a refused token back', async () => {
    const { store } = memory()
    const { outcome, asked, used } = against([grants('t1'), grants('t2')], [unauthorized, ok], { store })
    await outcome()

    expect([asked.length, used()]).toEqual([2, ['Bearer t1', 'Bearer t2']])
  })

  it.each([
    ['has ended', `{"token":"old","expiresAt":${midnight}}`, []],
    ['is no JSON', 'x', [['token.store_failed', { store: 'memory' }]]],
    ['is no token', '{"expiresAt":1}', [['token.store_failed', { store: 'memory' }]]],
    ['has no time', '{"token":"old","expiresAt":"x"}', [['token.store_failed', { store: 'memory' }]]],
  ])('whose entry %s is a miss', async (_, text, notes) => {
    const { store } = memory({ get: async () => Buffer.from(text) })
    const { outcome, asked, used } = against([grants('t1')], [ok], { store })
    await outcome()

    expect(used()).toEqual(['Bearer t1'])
    expect(notesOf(asked[0]!.ledger)).toEqual(notes)
  })

  it('whose entry never ends is used', async () => {
    const { store } = memory({ get: async () => Buffer.from('{"token":"t9","expiresAt":null}') })
    const { outcome, used } = against([grants('t1')], [ok], { store })
    await outcome()

    expect(used()).toEqual(['Bearer t9'])
  })

  it('that fails costs nothing but a note', async () => {
    const fails = () => Promise.reject(new Error('disk full'))
    const { store } = memory({ get: fails, set: fails })
    const { outcome, asked, used } = against([grants('t1')], [ok], { store })
    await outcome()

    expect(used()).toEqual(['Bearer t1'])
    expect(notesOf(asked[0]!.ledger)).toEqual([
      ['token.store_failed', { store: 'memory' }],
      ['token.store_failed', { store: 'memory' }],
    ])
  })

  it('that is silent is waited for 250 ms', async () => {
    const { store } = memory({ get: () => new Promise(() => {}) })
    const { http, clock, asked } = against([grants('t1')], [ok], { store })
    const call = http.get('/')
    await clock.advance(249)
    expect(asked.length).toBe(0)
    await clock.advance(1)
    await call

    expect(notesOf(asked[0]!.ledger)).toEqual([['token.store_silent', { store: 'memory', wait: 250 }]])
  })
})

describe('a source of one’s own', () => {
  const source = (give: (call: Call) => Promise<{ token: string | Secret; expiresIn: number } | Failure>) =>
    ({ source: give, clientId: undefined, clientSecret: undefined }) as Partial<TokenOptions<any>>

  it('is asked once, in milliseconds, and its failure is why there is no token', async () => {
    let asked = 0
    const { http, clock, used, outcome } = against(
      [ok],
      [ok],
      source(async () => {
        asked++
        return asked === 1
          ? { token: new Secret('mine', 't1'), expiresIn: 120_000 }
          : new Failure('token', 'CREDENTIAL_REFUSED', 'vault', 'the vault is shut')
      }),
    )
    await outcome()
    await clock.advance(59_999)
    await http.get('/')
    expect([asked, used()]).toEqual([1, ['Bearer t1', 'Bearer t1']])
    await clock.advance(1)

    expect(await outcome()).toMatchObject({
      verdict: 'auth',
      code: 'TOKEN_UNAVAILABLE',
      because: 'no token could be had: CREDENTIAL_REFUSED, the vault is shut',
    })
  })

  it('keeps tokens of two accounts apart, and by its name where none is given', async () => {
    const asked: string[] = []
    const store: Store = {
      name: 'memory',
      get: async (key) => void asked.push(key),
      set: async () => {},
      delete: async () => {},
    }
    const give = source(async () => ({ token: 't', expiresIn: 1000 }))
    for (const options of [{ account: 'a' }, { account: 'b' }, {}, { name: 'other' }, { account: 'a', name: 'third' }])
      await against([ok], [ok], { ...give, ...options, store }).outcome()

    expect(new Set(asked).size).toBe(4)
    expect(asked[4]).toBe(asked[0])
  })

  it('is told by its signal when nobody listens any more', async () => {
    let signal: AbortSignal | undefined
    const { http, clock } = against([ok], [ok], {
      ...source((call) => ((signal = call.signal), new Promise(() => {}))),
      after: 50,
    })
    const call = http.outcome({ path: '/' })
    await clock.advance(49)
    expect(signal!.aborted).toBe(false)
    await clock.advance(1)

    expect(await call).toMatchObject({ verdict: 'refused', code: 'TOKEN_UNAVAILABLE' })
    expect(signal!.aborted).toBe(true)
  })

  it.each([
    { token: 't', expiresIn: NaN },
    { token: 't', expiresIn: -1 },
    { token: 'a b', expiresIn: 1 },
  ])('that grants %o grants nothing', async (grant) => {
    const { outcome } = against(
      [ok],
      [ok],
      source(async () => grant),
    )

    expect(await outcome()).toMatchObject({ verdict: 'refused', because: 'what came is no token' })
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

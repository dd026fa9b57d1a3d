import { inspect } from 'node:util'
import {
  bytesBody,
  type Call,
  type CallError,
  client,
  Failure,
  layer,
  ledgerOf,
  type Middleware,
  type Next,
  pipeline,
  Reply,
} from '@penstock/core'
import { breaks, replies, repliesJson, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { token } from '@penstock/middleware'
import { oauthToken } from '../../packages/middleware/src/token/oauth-token.ts'
import { describe, expect, it } from 'vitest'
import { against, bearer, grants, keys, notesOf, ok, origin, unauthorized } from '../support/token-calls.ts'

const busy = (seconds: number) => replies(503, { 'retry-after': String(seconds) }, '{}')

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

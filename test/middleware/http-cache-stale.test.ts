import { bytesBody, Failure, type Layer, ledgerOf, Reply } from '@penstock/core'
import { hangs, replies, type Step } from '@penstock/core/testing'
import { status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { cached, page } from '../support/http-cached.ts'

describe('a page that is no longer fresh', () => {
  it.each(['must-revalidate', 'no-cache'])(
    'is not given at once when it says %s, whatever else it says',
    async (control) => {
      const { text, seconds } = cached([
        page(`max-age=10, stale-while-revalidate=60, ${control}`, 'one'),
        page('max-age=10', 'two'),
      ])
      await text()
      await seconds(11)
      expect(await text()).toBe('two')
    },
  )

  it('is given for the seconds that are allowed, and not for one more', async () => {
    const { text, get, seconds } = cached([page('max-age=10, stale-if-error=20', 'one'), replies(503)])
    await text()
    await seconds(29)
    expect(await text()).toBe('one')
    await seconds(1)
    expect((await get()).status).toBe(503)
  })

  it('stands in when a call of its own runs out of time, and not when its caller has gone', async () => {
    const { text, http, seconds, clock } = cached([page('max-age=10', 'one'), hangs()], { staleIfError: 60_000 })
    await text()
    await seconds(11)
    const abort = new AbortController()
    const left = http.get('/page', { signal: abort.signal })
    await clock.advance(0)
    abort.abort('enough')
    await expect(left).rejects.toBe('enough')
  })

  it.each([
    ['refused', 200],
    ['late', 200],
    ['cancelled', undefined],
    ['auth', undefined],
  ] as const)('stands in for a failure that is nobody’s, unless nobody waits any more: %s', async (verdict, code) => {
    let refuses = false
    const judge = {
      ...status(),
      run: (call: any, next: any) => (refuses ? new Failure(verdict, 'BULKHEAD_FULL', 'inner', 'no') : next(call)),
    } as Layer
    const { http, seconds } = cached([page('max-age=10', 'one')], { staleIfError: 60_000 }, judge)
    const first = await http.outcome({ path: '/page' })
    refuses = true
    await seconds(11)
    const second = await http.outcome({ path: '/page' })
    expect([first, second].map((outcome) => (outcome.failed ? undefined : outcome.status))).toEqual([200, code])
  })

  it('does not stand in for a no that its server gave', async () => {
    const judge = {
      ...status(),
      run: (call: any, next: any) =>
        next(call).then((reply: Reply) => reply.judged({ verdict: reply.status === 410 ? 'refused' : 'ok' })),
    } as Layer
    const { http, seconds } = cached([page('max-age=10', 'one'), replies(410)], { staleIfError: 60_000 }, judge)
    await http.outcome({ path: '/page' })
    await seconds(11)
    expect(await http.outcome({ path: '/page' })).toMatchObject({ status: 410 })
  })

  it('is not confirmed by the date of another when the 304 has no ETag', async () => {
    const [one, other] = ['Wed, 31 Dec 2025 00:00:00 GMT', 'Thu, 01 Jan 2026 00:00:00 GMT']
    const { text, seconds } = cached([
      page('max-age=10', 'one', { etag: '"v1"', 'last-modified': one }),
      replies(304, { 'last-modified': other }),
      page('max-age=10', 'two'),
    ])
    await text()
    await seconds(11)
    expect(await text()).toBe('two')
  })

  it('is not confirmed by a weak ETag that it has not', async () => {
    const { text, seconds } = cached([
      page('max-age=10', 'one', { 'last-modified': 'Wed, 31 Dec 2025 00:00:00 GMT' }),
      replies(304, { etag: 'W/"v2"' }),
      page('max-age=10', 'two'),
    ])
    await text()
    await seconds(11)
    expect(await text()).toBe('two')
  })

  it('does not stand in for what is the caller’s doing', async () => {
    const { text, get, seconds } = cached([page('max-age=10', 'one'), replies(403)], { staleIfError: 60_000 })
    await text()
    await seconds(11)
    expect((await get()).status).toBe(403)
  })

  it('is confirmed by a 304 that names its date, and by no other', async () => {
    const modified = 'Wed, 31 Dec 2025 00:00:00 GMT'
    const { text, seconds, sent } = cached([
      page('max-age=10', 'one', { 'last-modified': modified }),
      replies(304, { 'last-modified': modified, 'cache-control': 'max-age=10' }),
      replies(304, { 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }),
      page('max-age=10', 'two'),
    ])
    await text()
    await seconds(11)
    expect(await text()).toBe('one')
    await seconds(11)
    expect(await text()).toBe('two')
    expect(sent()).toBe(4)
  })
})

describe('what is said and sent about a page', () => {
  const told = async (reply: Promise<any>) =>
    (ledgerOf(await reply)?.notes ?? []).map(({ kind, facts }) => [kind.id, facts])

  it('is its age, and what it stands in for', async () => {
    const { text, get, seconds } = cached([
      page('max-age=10, stale-while-revalidate=10, stale-if-error=60', 'one', { etag: '"v1"' }),
      replies(304),
      replies(503),
      replies(503),
    ])
    await text()
    await seconds(4)
    expect(await told(get())).toEqual([['httpCache.hit', { age: 4 }]])
    await seconds(11)
    expect(await told(get())).toEqual([['httpCache.revalidates', { age: 15 }]])
    await seconds(29)
    expect(await told(get())).toEqual([['httpCache.stands_in', { age: 29, code: 'STATUS_503' }]])
  })

  it('is that its server confirms it', async () => {
    const { text, get, seconds } = cached([page('max-age=10', 'one', { etag: '"v1"' }), replies(304)])
    await text()
    await seconds(11)
    expect(await told(get())).toEqual([['httpCache.confirmed', {}]])
  })

  it('asks by its ETag behind the back too', async () => {
    const { text, seconds, transport, clock } = cached([
      page('max-age=10, stale-while-revalidate=30', 'one', { etag: '"v1"' }),
      replies(304),
    ])
    await text()
    await seconds(11)
    await text()
    await clock.advance(0)
    expect(transport.calls.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"'])
  })

  it.each([
    ['a confirmation', 304],
    ['what it stands in for', 503],
  ])('leaves no body open: of %s', async (_, code) => {
    let discarded = 0
    const answers: Step = () => new Reply(code, {}, { ...bytesBody(new Uint8Array()), discard: () => void discarded++ })
    const { text, seconds } = cached([page('max-age=10', 'one', { etag: '"v1"' }), answers], { staleIfError: 60_000 })
    await text()
    await seconds(11)
    expect([await text(), discarded]).toEqual(['one', 1])
  })
})

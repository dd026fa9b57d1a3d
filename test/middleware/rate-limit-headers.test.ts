/** What a server says of its limit, and what the layer makes of it. */
import { ledgerOf, type Middleware, type ReplyHeaders } from '@penstock/core'
import { later, replies } from '@penstock/core/testing'
import type { RateLimitOptions } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { notesOf, pacedCalls } from '../support/paced-calls.ts'

const ok = replies(200)
const tells = (headers: ReplyHeaders, code = 200) => replies(code, headers)

/** When the second of two calls goes, of which the first was told something. */
async function secondGoesAt(headers: ReplyHeaders, options: RateLimitOptions = { limit: 10, guard: 0 }) {
  const { clock, at, send } = pacedCalls(options, [tells(headers), ok])
  await send()
  const second = send()
  await clock.drain()
  await second
  return at[1]
}

describe('a server that takes no more', () => {
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
  const since1970 = Date.UTC(2026, 0, 1) / 1000 + 7

  it.each<[string, ReplyHeaders]>([
    ['the IETF’s fields', { ratelimit: '"default";r=0;t=7', 'ratelimit-policy': '"default";q=10;w=60' }],
    ['the IETF’s fields, with a partition key', { ratelimit: '"a";r=0;t=7;pk=:c29tZTtvbmU=:' }],
    ['a token for a name', { ratelimit: 'default; r=0; t=7' }],
    ['several policies, of which one is used up', { ratelimit: '"day";r=900;t=5000, "burst";r=0;t=7' }],
    ['several that are used up', { ratelimit: '"burst";r=0;t=1, "minute";r=0;t=7' }],
    ['fields that came apart', { ratelimit: ['"day";r=900;t=5000', '"burst";r=0;t=7'] }],
    ['one field of draft 07', { ratelimit: 'limit=10, remaining=0, reset=7' }],
    ['three fields', { 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '7' }],
    ['X- fields, in seconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '7' }],
    ['X-Rate- fields', { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '7' }],
    ['X- fields, since 1970', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${since1970}` }],
    ['X- fields, in milliseconds since 1970', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${since1970}000` }],
    ['X- fields, by its own clock', { date, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${since1970}` }],
  ])('in %s is left alone until then', async (_, headers) => {
    expect(await secondGoesAt(headers)).toBe(7000)
  })

  it('is believed by its own clock, not by ours', async () => {
    const headers = { date: 'Wed, 31 Dec 2025 23:59:57 GMT', 'x-ratelimit-remaining': '0' }

    expect(await secondGoesAt({ ...headers, 'x-ratelimit-reset': `${since1970}` })).toBe(10_000)
  })

  it.each<[string, ReplyHeaders]>([
    ['a negative time', { ratelimit: '"default";r=0;t=-7' }],
    ['a time beyond a day', { ratelimit: '"default";r=0;t=86401' }],
    ['1e99', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1e99' }],
    ['a number without end', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9'.repeat(400) }],
    ['a time in the far future', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9999999999' }],
    ['a time that is over', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000000000' }],
    ['words', { 'x-ratelimit-remaining': 'none', 'x-ratelimit-reset': 'soon' }],
    ['half a field', { ratelimit: '"default";r=0;t=' }],
    ['a quote that does not end', { ratelimit: '"default;r=0;t=7' }],
    ['nothing', { ratelimit: '' }],
    ['a negative rest', { ratelimit: '"default";r=-1;t=7' }],
    ['a rest of 1e99', { ratelimit: '"default";r=1e99;t=7' }],
    ['a limit on bytes', { ratelimit: '"b";r=0;t=7', 'ratelimit-policy': '"b";q=9;w=60;qu="content-bytes"' }],
    ['no time', { 'ratelimit-remaining': '0' }],
  ])('is not believed when it says %s', async (_, headers) => {
    expect(await secondGoesAt(headers)).toBe(100)
  })

  it('is not asked for its opinion when that is switched off', async () => {
    expect(await secondGoesAt({ ratelimit: '"default";r=0;t=7' }, { limit: 10, guard: 0, headers: 'ignore' })).toBe(100)
  })

  it('is noted, and who cannot wait that long is refused at once', async () => {
    const within: Middleware = (call, next) =>
      next(call.within({ after: 5000, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))
    const { clock, at, send, http } = pacedCalls(
      { limit: 10, guard: 0 },
      [tells({ ratelimit: '"a";r=0;t=7' }), ok],
      [within],
    )
    const first = await http.get('/')

    expect(ledgerOf(first)?.notes?.map(({ kind, facts }) => [kind.id, facts])).toEqual([
      ['rateLimit.told', { remaining: 0, wait: 7000 }],
    ])
    expect(await send()).toMatchObject({
      code: 'RATE_WAIT',
      because: 'a wait of 7 s for a turn does not fit into the 5 s left',
      retryAfter: 7000,
    })
    expect([at, clock.timers]).toEqual([[0], 0])
  })

  it('drops from the queue whoever cannot wait that long, and lets the others go when it takes more', async () => {
    let after = 0
    const within: Middleware = (call, next) =>
      next(call.within({ after, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))
    const { clock, at, send } = pacedCalls(
      { limit: 10, guard: 0 },
      [later(50, tells({ ratelimit: '"a";r=0;t=7' })), ok],
      [within],
    )
    const ends = Promise.all([9000, 5000, 5000, 9000].map((each) => ((after = each), send())))
    await clock.drain()

    expect((await ends).map((end) => (end.failed ? end.code : end.status))).toEqual([
      200,
      'RATE_WAIT',
      'RATE_WAIT',
      200,
    ])
    expect(at).toEqual([0, 7050])
  })

  it('takes as many as it said, those included that are under way', async () => {
    const { clock, at, send } = pacedCalls({ limit: 10, guard: 0 }, [
      later(250, tells({ ratelimit: '"a";r=3;t=7' })),
      ok,
    ])
    const all = Promise.all(Array.from({ length: 6 }, () => send()))
    await clock.drain()
    await all

    // told at 250, when two more have gone
    expect(at).toEqual([0, 100, 200, 300, 7250, 7350])
  })

  it('is believed in what it said to the later call, whichever answer came first', async () => {
    const first = later(500, tells({ ratelimit: '"a";r=0;t=7' }))
    const second = later(100, tells({ ratelimit: '"a";r=90;t=7' }))
    const { clock, at, send } = pacedCalls({ limit: 10, guard: 0 }, [first, second, ok])
    const all = Promise.all([send(), send()])
    await clock.drain()
    await all
    await send()

    expect(at).toEqual([0, 100, 500])
  })

  it('is noted with what is left of the wait, by the call that was told to wait and not by one that was told to go', async () => {
    const waits = later(150, tells({ ratelimit: '"a";r=0;t=7' }))
    const goes = later(100, tells({ ratelimit: '"a";r=90;t=7' }))
    const { clock, at, http } = pacedCalls({ limit: 10, guard: 0 }, [waits, goes, ok])
    const all = Promise.all([http.get('/'), http.get('/'), http.get('/')])
    await clock.drain()

    // at 150 the third, due at 200, is held back to 7250; at 200 it is let go, and an alarm rings a millisecond later
    expect((await all).map(notesOf)).toEqual([
      [['rateLimit.told', { remaining: 0, wait: 7100 }]],
      [['rateLimit.waits', { wait: 100, ahead: 0 }]],
      [['rateLimit.waits', { wait: 200, ahead: 1 }]],
    ])
    expect(at).toEqual([0, 100, 201])
  })

  it('is believed in what it said before, when it gives a time and no number now', async () => {
    const waits = later(150, tells({ ratelimit: '"a";r=0;t=7' }))
    const half = later(80, tells({ 'x-ratelimit-remaining': 'none', 'x-ratelimit-reset': '7' }))
    const { clock, at, send } = pacedCalls({ limit: 10, guard: 0 }, [waits, half, ok])
    const all = Promise.all([send(), send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 100, 7250])
  })

  it('says how long with a refusal too', async () => {
    const { clock, at, send } = pacedCalls({ limit: 10, guard: 0 }, [tells({ ratelimit: '"a";r=0;t=7' }, 429), ok])
    await send()
    const second = send()
    await clock.drain()
    await second

    expect(at).toEqual([0, 7000])
  })

  it.each(['9'.repeat(400), '86401', '-1', 'soon'])('is not believed when it refuses for %s seconds', async (after) => {
    const { clock, at, send } = pacedCalls({ limit: 10, guard: 0 }, [tells({ 'retry-after': after }, 429), ok])
    await send()
    const second = send()
    await clock.drain()
    await second

    expect(at).toEqual([0, 100])
  })
})

describe('a server that tells its limit where none is set', () => {
  const policy = '"day";q=1000;w=86400, "burst";q=2;w=10;qu="requests", "bytes";q=1;w=1;qu="content-bytes"'

  it.each<[string, ReplyHeaders]>([
    ['the IETF’s policy, the shortest window of them', { 'ratelimit-policy': policy }],
    ['a policy of draft 07', { ratelimit: 'limit=2, remaining=2, reset=9', 'ratelimit-policy': '2;w=10' }],
    ['RateLimit-Limit', { 'ratelimit-limit': '2, 2;window=10', 'ratelimit-remaining': '2', 'ratelimit-reset': '9' }],
  ])('is followed when that is asked for: %s', async (_, headers) => {
    const { clock, at, send } = pacedCalls({ guard: 50, headers: 'follow' }, [tells(headers)])
    await send()
    const all = Promise.all([send(), send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 0, 5025, 10_150])
  })

  it.each<[string, ReplyHeaders]>([
    ['a limit of none', { 'ratelimit-policy': '"a";q=0;w=1' }],
    ['a window of none', { 'ratelimit-policy': '"a";q=1;w=0' }],
    ['a window of years', { 'ratelimit-policy': '"a";q=1;w=99999999' }],
    ['no window', { 'ratelimit-limit': '1', 'ratelimit-remaining': '9', 'ratelimit-reset': '1' }],
  ])('is not followed into %s', async (_, headers) => {
    const { at, send } = pacedCalls({ headers: 'follow' }, [tells(headers)])
    await send()
    await send()

    expect(at).toEqual([0, 0])
  })

  it('takes no turn of those behind for a call whose deadline comes before its slower turn', async () => {
    const slower = later(100, tells({ 'ratelimit-policy': '"a";q=1;w=20' }))
    let after = Infinity
    const some: Middleware = (call, next) =>
      next(call.within({ after, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))
    const { clock, at, send } = pacedCalls(
      { guard: 0, headers: 'follow' },
      [tells({ 'ratelimit-policy': '"a";q=2;w=10' }), slower, ok],
      [some],
    )
    await send()
    const all = Promise.all([Infinity, Infinity, 12_000, Infinity].map((each) => ((after = each), send())))
    await clock.drain()

    expect((await all).map((end) => (end.failed ? end.code : end.status))).toEqual([200, 200, 'CALL_DEADLINE', 200])
    expect(at).toEqual([0, 0, 5000, 25_000])
  })

  it('is followed when it takes no more, too', async () => {
    expect(await secondGoesAt({ ratelimit: '"a";r=0;t=7' }, { headers: 'follow' })).toBe(7000)
  })

  it('is not followed when that is not asked for', async () => {
    expect(await secondGoesAt({ ratelimit: '"a";r=0;t=7', 'ratelimit-policy': policy }, {})).toBe(0)
  })

  it('does not change a limit that is set', async () => {
    const { clock, at, send } = pacedCalls({ limit: 10, guard: 0, headers: 'follow' }, [
      tells({ 'ratelimit-policy': policy }),
    ])
    await send()
    const all = Promise.all([send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 100, 200])
  })
})

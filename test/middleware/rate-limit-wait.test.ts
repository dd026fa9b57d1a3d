import { getEventListeners } from 'node:events'
import { client, ledgerOf, type Middleware, pipeline } from '@penstock/core'
import { later, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { rateLimit, status, timeout } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { pacedCalls, times, within } from '../support/paced-calls.ts'

const ok = replies(200)
const refuseFor = (seconds: number) => replies(429, { 'retry-after': `${seconds}` })

describe('a call that waits for its turn', () => {
  it('rejects with the reason of its caller at once, and those behind move up', async () => {
    const { clock, at, http } = pacedCalls()
    const over = new AbortController()
    const reason = { why: 'mine' }
    const first = http.get('/')
    const second = http.get('/', { signal: over.signal })
    const third = http.get('/')
    await clock.advance(10)
    over.abort(reason)

    await expect(second).rejects.toBe(reason)
    await clock.drain()
    await Promise.all([first, third])
    expect([at, clock.timers]).toEqual([[0, 210], 0])
  })

  it('leaves its place in the middle to nobody’s harm', async () => {
    const { clock, at, http } = pacedCalls()
    const over = new AbortController()
    const all = [http.get('/'), http.get('/')]
    const gone = http.get('/', { signal: over.signal }).catch(() => 'gone')
    all.push(http.get('/'))
    await clock.advance(10)
    over.abort()
    expect(await gone).toBe('gone')
    await clock.drain()
    await Promise.all(all)

    expect(at).toEqual([0, 210, 420])
  })

  it('is refused at once when its turn would come with its deadline, and waits when it comes before', async () => {
    const refusing = pacedCalls({ limit: 5 }, [ok], [within(210)])
    await refusing.send()
    const outcome = await refusing.send()

    expect(outcome).toMatchObject({
      verdict: 'refused',
      code: 'RATE_WAIT',
      layer: 'rateLimit',
      because: 'a wait of 210 ms for a turn does not fit into the 210 ms left',
      retryAfter: 210,
      sent: 'none',
    })
    const waiting = pacedCalls({ limit: 5 }, [ok], [within(211)])
    await waiting.send()
    const call = waiting.send()
    await waiting.clock.drain()
    expect([(await call).verdict, waiting.at]).toEqual(['ok', [0, 210]])
  })

  it('counts those ahead when it looks at its deadline', async () => {
    const { clock, send } = pacedCalls({ limit: 5 }, [ok], [within(420)])
    const all = Promise.all([send(), send()])

    expect(await send()).toMatchObject({ code: 'RATE_WAIT', retryAfter: 420 })
    await clock.drain()
    await all
  })

  it('is refused when the queue is full', async () => {
    const { clock, send } = pacedCalls({ limit: 5, maxQueue: 1, name: 'pace' })
    const all = Promise.all([send(), send()])

    expect(await send()).toMatchObject({
      verdict: 'refused',
      code: 'RATE_WAIT',
      layer: 'pace',
      because: '1 calls wait for a turn already',
      retryAfter: 420,
    })
    await clock.drain()
    expect((await all).map(({ verdict }) => verdict)).toEqual(['ok', 'ok'])
  })

  it('has in its ledger why it was refused', async () => {
    const notesOfSecond = async (options: { limit: number; maxQueue?: number }) => {
      const { calls, http } = pacedCalls(options, [ok], [within(210)])
      await http.get('/')
      const error = await http.get('/').catch((thrown: unknown) => thrown)
      expect(calls.length).toBe(1)
      return ledgerOf(error)?.notes?.map(({ kind, facts, layer }) => [kind.id, facts, layer])
    }
    expect(await notesOfSecond({ limit: 5 })).toEqual([
      ['rateLimit.does_not_fit', { wait: 210, left: 210 }, 'rateLimit'],
    ])
    expect(await notesOfSecond({ limit: 10, maxQueue: 0 })).toEqual([['rateLimit.full', { ahead: 0 }, 'rateLimit']])
  })

  it('leaves nothing on the signal of its caller once its turn has come', async () => {
    const { clock, http } = pacedCalls()
    const { signal } = new AbortController()
    await http.get('/')
    const waiting = http.get('/', { signal })
    await clock.drain()
    await waiting

    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('is not begun when it is over already', async () => {
    const { clock, at, send } = pacedCalls()
    await send()
    const outcome = await send({ signal: AbortSignal.abort('over') })

    expect(outcome).toMatchObject({ verdict: 'cancelled', reason: 'over' })
    expect([at, clock.timers]).toEqual([[0], 0])
  })

  it('ends as its deadline says when that is over before its turn is asked for', async () => {
    const late: Middleware = async (call, next) => {
      const bounded = call.within({ after: 100, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' })
      await call.wait(100)
      return next(bounded)
    }
    const { clock, at, send } = pacedCalls({ limit: 5 }, [ok], [late])
    const all = Promise.all([send(), send()])
    await clock.drain()

    expect(await all).toMatchObject([
      { verdict: 'late', code: 'CALL_DEADLINE', layer: 'deadline' },
      { verdict: 'late', code: 'CALL_DEADLINE', layer: 'deadline' },
    ])
    expect(at).toEqual([])
  })

  it('takes no turn when its caller has aborted before', async () => {
    const { at, send } = pacedCalls()
    await send({ signal: AbortSignal.abort() })
    await send()

    expect(at).toEqual([0])
  })

  it('waits off the clock of its attempt', async () => {
    const transport = scriptedTransport(later(400, ok))
    const clock = virtualClock()
    const stack = pipeline([rateLimit({ limit: 1, guard: 0 }), timeout({ after: 500 }), status()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
    const all = Promise.all([http.outcome({ path: '/' }), http.outcome({ path: '/' })])
    await clock.drain()

    expect((await all).map(({ verdict }) => verdict)).toEqual(['ok', 'ok'])
    expect(clock.now()).toBe(1400)
  })

  /** When calls that come at once are sent, of which one that waits after `from` is `late` by its clock. */
  async function sentAt(limit: number, count: number, { from, late }: { from: number; late: number }) {
    const clock = virtualClock()
    const at: number[] = []
    let passed = 0
    const behind = { ...clock, now: () => clock.now() + passed }
    const script = scriptedTransport(() => (at.push(behind.now()), ok(undefined as never)))
    const http = client({
      pipeline: pipeline([rateLimit({ limit, guard: 0 })], script),
      origin: 'https://api.example.com',
      clock: behind,
    })
    const all = Promise.all(times(count, () => http.outcome({ path: '/' })))
    await clock.advance(from)
    passed = late
    await clock.drain()
    await all
    return at
  }

  it('makes up for a turn whose timer was late, as far as the window allows', async () => {
    // the second is 200 late; the third is not, and the fourth is a window behind the second
    expect(await sentAt(2, 5, { from: 400, late: 200 })).toEqual([0, 700, 1000, 1700, 2000])
  })

  it('makes up for a quarter of a window at most', async () => {
    // the third is 600 late: it and two more go one after the other
    expect(await sentAt(10, 8, { from: 150, late: 600 })).toEqual([0, 100, 800, 801, 802, 850, 950, 1050])
  })

  it('is cut when the client is closed', async () => {
    const { clock, http, send } = pacedCalls({ limit: 1 })
    const all = Promise.all([send(), send(), send()])
    await clock.advance(1)
    const closed = http.close({ within: 5 })
    await clock.advance(5)
    await closed

    expect((await all).map(({ verdict }) => verdict)).toEqual(['ok', 'cancelled', 'cancelled'])
    expect(clock.timers).toBe(0)
  })

  it('holds its turn back when the server refuses one', async () => {
    const { clock, at, send } = pacedCalls({ limit: 5 }, [later(50, refuseFor(1)), ok])
    const all = Promise.all([send(), send(), send()])
    await clock.drain()
    await all

    // refused at 50: nobody for a second, then further apart
    expect(at).toEqual([0, 1050, 1265])
  })

  it('is refused at once when it is held back to its very deadline', async () => {
    const { clock, at, send } = pacedCalls({ limit: 5 }, [later(50, refuseFor(1)), ok], [within(1050)])
    const all = Promise.all([send(), send()])
    await clock.advance(50)

    expect((await all)[1]).toMatchObject({ code: 'RATE_WAIT', because: expect.stringContaining('a wait of 1 s') })
    expect([at, clock.timers]).toEqual([[0], 0])
  })

  it('is refused when holding it back no longer fits its deadline', async () => {
    const { clock, at, send } = pacedCalls({ limit: 5 }, [later(50, refuseFor(1)), ok], [within(1060)])
    const all = Promise.all([send(), send(), send()])
    await clock.advance(50)
    expect(clock.timers).toBe(1)
    await clock.drain()
    const [first, second, third] = await all

    expect([first.verdict, second.verdict, third]).toMatchObject([
      'rate',
      'ok',
      { code: 'RATE_WAIT', because: 'a wait of 1.2 s for a turn does not fit into the 1 s left' },
    ])
    expect(at).toEqual([0, 1050])
  })
})

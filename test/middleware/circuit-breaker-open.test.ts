import { hangs, later } from '@penstock/core/testing'
import type { CircuitBreakerOptions } from '@penstock/middleware'
import { describe, expect, it, vi } from 'vitest'
import { badly, origin, over, times, well } from '../support/circuits.ts'

describe('an open circuit', () => {
  async function opened(options: CircuitBreakerOptions<any> = {}, chance = 1) {
    const made = over(options, chance)
    await made.each(...times(10, badly))
    made.server.trips = 0
    return made
  }

  it('refuses before anything is sent, with code, numbers and the time after which to ask again', async () => {
    const { begin, server, clock, notes } = await opened()
    await clock.advance(400)
    expect([await begin(well), server.trips, notes()]).toMatchObject([
      {
        failed: true,
        verdict: 'refused',
        code: 'CIRCUIT_OPEN',
        layer: 'circuitBreaker',
        because: 'the circuit is open: 10 of 10 attempts had failed, ask again in 600 ms',
        phase: 'local',
        sent: 'none',
        retryAfter: 600,
      },
      0,
      [{ id: 'circuitBreaker.refuses', state: 'open', wait: 600, failures: 10, finished: 10 }],
    ])
  })

  it('is half-open when its time is over, not before', async () => {
    const { state, clock } = await opened()
    await clock.advance(999)
    const before = state()
    await clock.advance(1)
    expect([before, state()]).toEqual(['open', 'half-open'])
  })

  it.each([
    [0, 500],
    [0.5, 750],
  ])('with chance at %d is open for %d ms of its 1000', async (chance, open) => {
    const { state, clock } = await opened({}, chance)
    await clock.advance(open - 1)
    const before = state()
    await clock.advance(1)
    expect([before, state()]).toEqual(['open', 'half-open'])
  })

  it('is open twice as long after each probe that fails, up to its maximum, and anew after it has closed', async () => {
    const { each, clock, notes } = await opened({ maxOpenFor: 6000 })
    const waits: unknown[] = []
    for (const wait of [1000, 2000, 4000, 6000]) {
      await clock.advance(wait)
      await each(badly)
      waits.push(notes().at(-1))
    }
    await clock.advance(6000)
    await each(well, ...times(10, badly))
    expect([...waits, notes().at(-1)]).toEqual([
      { id: 'circuitBreaker.opens', failures: 1, finished: 1, wait: 2000 },
      { id: 'circuitBreaker.opens', failures: 1, finished: 1, wait: 4000 },
      { id: 'circuitBreaker.opens', failures: 1, finished: 1, wait: 6000 },
      { id: 'circuitBreaker.opens', failures: 1, finished: 1, wait: 6000 },
      { id: 'circuitBreaker.opens', failures: 10, finished: 10, wait: 1000 },
    ])
  })

  it('is open for two seconds at most by default', async () => {
    const { each, clock, notes } = await opened()
    for (let probe = 0; probe < 8; probe++) {
      await clock.advance(2000)
      await each(badly)
    }
    expect(notes().at(-1)).toMatchObject({ wait: 2000 })
  })

  it('takes no notice of what was sent before it opened: a success does not close it', async () => {
    const { begin, each, clock, state } = over()
    const late = begin(later(1500, well))
    await each(...times(10, badly))
    await clock.advance(1500)
    await late
    expect(state()).toBe('half-open')
  })

  it('takes no notice of what was sent before it opened: a failure does not prolong it', async () => {
    const { begin, each, clock, state, http } = over()
    const late = begin(later(1500, badly))
    await each(...times(10, badly))
    await clock.advance(1400)
    const probe = begin(later(1000, well))
    await clock.advance(100)
    const during = state()
    await clock.advance(1000)
    await Promise.all([late, probe])
    expect([during, state()]).toEqual(['half-open', 'closed'])
    await http.close()
  })

  it('takes no notice, once it has closed again, of a failure from before', async () => {
    const { begin, each, clock, state } = over({ volume: 2 })
    const late = [begin(later(1500, badly)), begin(later(1500, badly))]
    await each(badly, badly)
    await clock.advance(1000)
    await each(well)
    await clock.advance(500)
    await Promise.all(late)
    expect(state()).toBe('closed')
  })

  it('is another for each origin', async () => {
    const { begin, state } = await opened()
    const other = await begin(well, { path: 'https://other.example.com/' })
    expect([other.verdict, state(), state('https://other.example.com'), state('https://third.example.com')]).toEqual([
      'ok',
      'open',
      'closed',
      'closed',
    ])
  })

  it('is shared by what has one key', async () => {
    const { begin, each, state } = over({ key: (call) => call.method })
    await each(...times(10, badly))
    const other = await begin(well, { path: 'https://other.example.com/' })
    expect([other.verdict, state('GET')]).toEqual(['refused', 'open'])
  })

  it('sets no timer and leaves none', async () => {
    const timer = vi.spyOn(globalThis, 'setInterval')
    const cleared = vi.spyOn(globalThis, 'clearTimeout')
    const set = vi.spyOn(globalThis, 'setTimeout')
    const { clock, each } = await opened()
    await clock.advance(1000)
    await each(badly)
    const left = set.mock.results.filter(({ value }) => cleared.mock.calls.every(([timer]) => timer !== value))
    expect([timer.mock.calls.length, left.length, clock.timers]).toEqual([0, 0, 0])
  })
})

describe('a circuit isolated by hand', () => {
  it('lets nobody in until it is released', async () => {
    const { breaker, begin, each, clock, server, state, notes } = over()
    const release = breaker.isolate(origin)
    await clock.advance(3_600_000)
    const refusal = await begin(well)
    const isolated = [server.trips, state(), notes()]
    release()
    expect([refusal, isolated, await each(well), state()]).toMatchObject([
      { code: 'CIRCUIT_OPEN', because: 'the circuit is isolated by hand', retryAfter: undefined },
      [0, 'isolated', [{ id: 'circuitBreaker.isolated' }]],
      ['ok'],
      'closed',
    ])
  })

  it('is held by each of those who isolate it, once', async () => {
    const { breaker, state } = over()
    const [one, other] = [breaker.isolate(origin), breaker.isolate(origin)]
    one()
    one()
    const held = state()
    other()
    expect([held, state()]).toEqual(['isolated', 'closed'])
  })

  it('counts nothing of what was sent before', async () => {
    const { breaker, begin, clock, state } = over({ volume: 2 })
    const sent = [begin(later(10, badly)), begin(later(10, badly))]
    const release = breaker.isolate(origin)
    await clock.advance(10)
    await Promise.all(sent)
    release()
    expect(state()).toBe('closed')
  })

  it('is open as it was when it is released', async () => {
    const { breaker, each, state } = over()
    await each(...times(10, badly))
    breaker.isolate(origin)()
    expect(state()).toBe('open')
  })

  it('has its place even when all are taken', async () => {
    const { breaker, begin, state, each } = over({ circuits: 1 })
    void begin(hangs())
    breaker.isolate('https://other.example.com')
    expect([state('https://other.example.com'), await each(well)]).toEqual(['isolated', ['ok']])
  })
})

import CircuitBreaker from 'opossum'
import { type Call, Failure } from '@penstock/core'
import { hangs, later } from '@penstock/core/testing'
import { timeout } from '@penstock/middleware'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { badly, guarded, halfOpen, judgedAs, well } from '../support/guarded.ts'

/** What bare opossum does comes first, and then that the layer which stands on it does not: its judgement on windows, state and signals. */

const bare = (action: (...args: any[]) => unknown, options: object = {}) =>
  new CircuitBreaker(action as (...args: any[]) => Promise<unknown>, { timeout: false, ...options })
const fails = async () => {
  throw new Error('failed')
}
const quietly = (going: Promise<unknown>) =>
  going.then(
    () => 'ok',
    ({ code, name, message }) => code ?? `${name}: ${message}`,
  )

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Failed once and waited: half-open. Its action gives what it is fired with. */
async function bareHalfOpen(options: object = {}) {
  const breaker = bare((given: () => unknown) => given(), { resetTimeout: 40, ...options })
  await quietly(breaker.fire(fails))
  await vi.advanceTimersByTimeAsync(40)
  return breaker
}

describe('1. A late success of a call from before opening closes a half-open circuit without a probe, a late failure re-opens it', () => {
  it.each([
    ['success', true, 'closed'],
    ['failure', false, 'open'],
  ])('opossum: a late %s', async (_, good, ends) => {
    const breaker = bare((given: () => unknown) => given(), { resetTimeout: 40 })
    const late = Promise.withResolvers<void>()
    const early = quietly(breaker.fire(() => late.promise))
    await quietly(breaker.fire(fails))
    await quietly(breaker.fire(fails))
    await vi.advanceTimersByTimeAsync(40)
    const before = breaker.halfOpen
    if (good) late.resolve()
    else late.reject(new Error('late'))
    await early
    expect([before, breaker.opened ? 'open' : breaker.closed ? 'closed' : 'half-open']).toEqual([true, ends])
  })

  it.each([
    ['success', well],
    ['failure', badly],
  ])('circuitBreaker: a late %s counts as nothing', async (_, comes) => {
    const { begin, each, clock, state } = guarded({ volume: 2 })
    const early = begin(later(1500, comes))
    await each(badly, badly)
    await clock.advance(1500)
    await early
    expect(state()).toBe('half-open')
  })
})

describe('2. A filtered error closes a half-open circuit, and a cancel that is not filtered counts as a failure', () => {
  it('opossum: a filtered 404 closes it', async () => {
    const breaker = await bareHalfOpen({ errorFilter: (error: Error) => error.message === '404' })
    await quietly(breaker.fire(() => Promise.reject(new Error('404'))))
    expect(breaker.closed).toBe(true)
  })

  it('opossum: a cancelled call opens it', async () => {
    const breaker = bare(() => Promise.reject(new DOMException('gone', 'AbortError')))
    await quietly(breaker.fire())
    expect(breaker.opened).toBe(true)
  })

  it.each(['input', 'denied', 'cancelled', 'quota', 'rate', 'token'] as const)(
    'circuitBreaker: a verdict of %s neither closes nor opens it',
    async (verdict) => {
      const half = await halfOpen()
      const closed = guarded({ volume: 2 })
      await half.each(judgedAs(verdict))
      await closed.each(judgedAs(verdict), judgedAs(verdict), judgedAs(verdict))
      expect([half.state(), closed.state()]).toEqual(['half-open', 'closed'])
    },
  )

  it('circuitBreaker: callers who cancel count as nothing', async () => {
    const { begin, state } = guarded({ volume: 2 })
    for (let call = 0; call < 5; call++) {
      const controller = new AbortController()
      const going = begin(hangs(), { signal: controller.signal })
      controller.abort()
      await going
    }
    expect(state()).toBe('closed')
  })
})

describe('3. A probe that never settles holds it half-open for ever', () => {
  it('opossum: every call is refused an hour later', async () => {
    const breaker = await bareHalfOpen()
    void breaker.fire(() => new Promise(() => {}))
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect([breaker.halfOpen, await quietly(breaker.fire(async () => {}))]).toEqual([true, 'EOPENBREAKER'])
  })

  it('circuitBreaker: a probe has a lease, and there is another when it is over', async () => {
    const { begin, each, clock, state } = await halfOpen({ probes: 1, probeLease: 10_000 })
    void begin(hangs())
    await clock.advance(12_000)
    expect([await each(well), state()]).toEqual([['ok'], 'closed'])
  })
})

describe('4. The window is not reset on close: the first failure after recovery opens it again', () => {
  it('opossum: 11 failures of 12', async () => {
    const breaker = bare((given: () => unknown) => given(), { resetTimeout: 40, volumeThreshold: 10 })
    for (let call = 0; call < 10; call++) await quietly(breaker.fire(fails))
    await vi.advanceTimersByTimeAsync(40)
    await breaker.fire(async () => {})
    const recovered = breaker.closed
    await quietly(breaker.fire(fails))
    expect([recovered, breaker.opened, breaker.stats.failures, breaker.stats.fires]).toEqual([true, true, 11, 12])
  })

  it('circuitBreaker: what was counted before is forgotten when it closes', async () => {
    const { each, clock, state } = guarded()
    await each(...Array.from({ length: 10 }, () => badly))
    await clock.advance(1000)
    await each(well, ...Array.from({ length: 9 }, () => badly))
    const after = state()
    await each(badly)
    expect([after, state()]).toEqual(['closed', 'open'])
  })
})

describe('5. With autoRenewAbortController one timeout while closed hands every later call an aborted signal', () => {
  it('opossum: three of three', async () => {
    const options = { timeout: 10, volumeThreshold: 100, autoRenewAbortController: true }
    const breaker: CircuitBreaker = bare((hang: boolean) => {
      ;(breaker as unknown as { getSignal(): AbortSignal }).getSignal().throwIfAborted()
      return hang ? new Promise(() => {}) : Promise.resolve()
    }, options)
    const slow = quietly(breaker.fire(true))
    await vi.advanceTimersByTimeAsync(10)
    const after = [await slow]
    for (let call = 0; call < 3; call++) after.push(await quietly(breaker.fire(false)))
    expect(after).toEqual(['ETIMEDOUT', 20, 20, 20])
  })

  it('circuitBreaker: a timeout ends its own call alone', async () => {
    const { begin, each, clock } = guarded({}, { inner: [timeout({ after: 10 })] })
    const slow = begin(hangs())
    await clock.advance(10)
    expect([await slow, await each(well, well, well)]).toMatchObject([{ code: 'ATTEMPT_TIMEOUT' }, ['ok', 'ok', 'ok']])
  })
})

describe('6. One timeout aborts all calls in flight, for they share a controller', () => {
  it('opossum: all six', async () => {
    const abortController = new AbortController()
    const aborted: number[] = []
    const breaker = bare(
      (number: number) => {
        abortController.signal.addEventListener('abort', () => aborted.push(number))
        return new Promise(() => {})
      },
      { timeout: 10, abortController },
    )
    void quietly(breaker.fire(0))
    await vi.advanceTimersByTimeAsync(5)
    for (let number = 1; number < 6; number++) void quietly(breaker.fire(number))
    await vi.advanceTimersByTimeAsync(5)
    expect(aborted).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('circuitBreaker: the other five go well', async () => {
    const { begin, clock } = guarded({}, { inner: [timeout({ after: 10 })] })
    const first = begin(hangs())
    await clock.advance(5)
    const others = Array.from({ length: 5 }, () => begin(later(8, well)))
    await clock.advance(5)
    const ended = await first
    await clock.advance(3)
    expect([ended, ...(await Promise.all(others))].map(({ verdict }) => verdict)).toEqual(['timeout', ...five('ok')])
  })
})

describe('7. Its options object is changed and shared: one breaker answers with what another got', () => {
  it('opossum: B gives what A was told', async () => {
    const options = { cache: true, timeout: false as const }
    const a = new CircuitBreaker(async () => 'A', options)
    const b = new CircuitBreaker(async () => 'B', options)
    expect([await a.fire(), await b.fire(), Object.keys(options).length > 2]).toEqual(['A', 'A', true])
  })

  it('circuitBreaker: frozen options serve two, and each has its own circuits', async () => {
    const options = Object.freeze({ volume: 2 })
    const [one, other] = [guarded(options), guarded(options)]
    await one.each(badly, badly)
    expect([one.state(), other.state(), await other.each(well)]).toEqual(['open', 'closed', ['ok']])
  })
})

describe('8. The time of opening is that of construction: a fresh open circuit that is restored is half-open at once', () => {
  it('opossum: restored open, it lets the next call in', async () => {
    const breaker = bare(fails, { resetTimeout: 1000 })
    await vi.advanceTimersByTimeAsync(5000)
    await quietly(breaker.fire())
    const { state } = breaker.toJSON() as unknown as { state: object }
    const restored = bare(async () => {}, { resetTimeout: 1000, state })
    await vi.advanceTimersByTimeAsync(0)
    expect([breaker.opened, restored.opened, restored.halfOpen]).toEqual([true, false, true])
  })

  it('circuitBreaker: it is open for its time from when it opened, however old it is', async () => {
    const { each, clock, state } = guarded({ volume: 2, openFor: 1000 })
    await each(well)
    await clock.advance(5000)
    await each(...five(badly))
    await clock.advance(999)
    const before = state()
    await clock.advance(1)
    expect([before, state()]).toEqual(['open', 'half-open'])
  })
})

describe('9. The interval of a health check goes on after shutdown', () => {
  it('opossum: it is asked four times more', async () => {
    const breaker = bare(async () => {})
    const check = vi.fn(async () => {})
    breaker.healthCheck(check, 10)
    await vi.advanceTimersByTimeAsync(20)
    breaker.shutdown()
    const before = check.mock.calls.length
    await vi.advanceTimersByTimeAsync(40)
    expect([before, check.mock.calls.length]).toEqual([3, 7])
  })

  it('circuitBreaker: it sends nothing by itself, and closed it leaves no timer', async () => {
    const { each, http, clock, server } = guarded({ volume: 2 })
    await each(badly, badly)
    await http.close()
    await clock.advance(3_600_000)
    expect([server.trips, clock.timers, vi.getTimerCount()]).toEqual([2, 0, 0])
  })
})

describe('10. A synchronous action that gives nothing is a TypeError, counted as a failure', () => {
  it('opossum: it opens', async () => {
    const breaker = bare(() => undefined)
    expect([await quietly(breaker.fire()), breaker.opened]).toEqual([expect.stringMatching(/^TypeError: .*then/), true])
  })

  it('circuitBreaker: a layer inside that gives nothing is an error with its name, which counts as nothing', async () => {
    let silent = true
    const inner = (call: Call<any>, next: (call: Call<any>) => unknown) => (silent ? undefined : next(call))
    const { begin, each, state } = guarded({ volume: 2 }, { inner: [inner] })
    for (let call = 0; call < 5; call++) await expect(begin(well)).rejects.toThrow(/inner/)
    silent = false
    expect([state(), await each(well)]).toEqual(['closed', ['ok']])
  })

  it('circuitBreaker: a layer that gives an outcome without a promise is as good as any', async () => {
    const inner = () => new Failure('server', 'INTERNAL', 'inner', 'at once')
    const { begin, state } = guarded({ volume: 2 }, { inner: [inner] })
    await begin(well)
    await begin(well)
    expect(state()).toBe('open')
  })
})

const five = <Value>(value: Value): Value[] => Array.from({ length: 5 }, () => value)

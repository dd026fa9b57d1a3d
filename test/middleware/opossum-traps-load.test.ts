import CircuitBreaker from 'opossum'
import { refused } from '@penstock/core'
import { hangs } from '@penstock/core/testing'
import { cache, requestLog, timeout } from '@penstock/middleware'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { badly, guarded, halfOpen, well } from '../support/guarded.ts'

/** What bare opossum does comes first, and then that the layer which stands on it does not: its bounds, counts and costs. */

const bare = (action: (...args: any[]) => unknown, options: object = {}) =>
  new CircuitBreaker(action as (...args: any[]) => Promise<unknown>, { timeout: false, ...options })
const quietly = (going: Promise<unknown>) =>
  going.then(
    () => 'ok',
    ({ code, message }) => code ?? message,
  )
const fails = async () => {
  throw new Error('failed')
}
const count = <Value>(times: number, value: Value): Value[] => Array.from({ length: times }, () => value)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('11. A place is free at the timeout while the work goes on: a capacity of 2 runs 10', () => {
  it('opossum: ten run at once', async () => {
    let running = 0
    const action = () => {
      running++
      return new Promise(() => {})
    }
    const breaker = bare(action, { timeout: 10, capacity: 2, volumeThreshold: 100 })
    for (let round = 0; round < 5; round++) {
      void quietly(breaker.fire())
      void quietly(breaker.fire())
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(running).toBe(10)
  })

  it('circuitBreaker: two probes run at once, for a timeout ends the work before its place is free', async () => {
    const { begin, clock, server } = await halfOpen({ probes: 2, openFor: 1 }, { inner: [timeout({ after: 10 })] })
    for (let round = 0; round < 5; round++) {
      const calls = count(4, hangs()).map((step) => begin(step))
      await clock.advance(2000)
      await Promise.all(calls)
    }
    expect([server.most, server.running, server.trips]).toEqual([2, 0, 12])
  })
})

describe('12. A refusal for want of room counts as a failure: being busy opens the circuit', () => {
  it('opossum: two calls too many open it, and nothing has failed', async () => {
    const breaker = bare(() => new Promise(() => {}), { capacity: 1 })
    void breaker.fire()
    const codes = [await quietly(breaker.fire()), await quietly(breaker.fire())]
    expect([codes, breaker.opened]).toEqual([['ESEMLOCKED', 'ESEMLOCKED'], true])
  })

  it.each(['RATE_LIMITED', 'QUOTA_PARKED'])(
    'circuitBreaker: a layer inside that refuses with %s counts as nothing',
    async (code) => {
      const full = async () => refused(code, 'full', 'there is no room')
      const { each, state } = guarded({ volume: 2 }, { inner: [full] })
      expect([await each(...count(20, well)), state()]).toEqual([count(20, code), 'closed'])
    },
  )
})

describe('13. The first failure opens it', () => {
  it('opossum: with its own defaults', async () => {
    const breaker = new CircuitBreaker(fails)
    await quietly(breaker.fire())
    expect(breaker.opened).toBe(true)
  })

  it('circuitBreaker: the tenth does, with its own defaults', async () => {
    const { each, state } = guarded()
    await each(...count(9, badly))
    const nine = state()
    await each(badly)
    expect([nine, state()]).toEqual(['closed', 'open'])
  })
})

describe('14. Its rate is failures of those begun: what hangs hides what fails', () => {
  it('opossum: all 60 that ended have failed, 100 hang, and it is closed', async () => {
    const breaker = bare((given: () => unknown) => given(), { volumeThreshold: 10 })
    for (let call = 0; call < 100; call++) void breaker.fire(() => new Promise(() => {}))
    for (let call = 0; call < 60; call++) await quietly(breaker.fire(fails))
    expect([breaker.stats.failures, breaker.closed]).toEqual([60, true])
  })

  it('circuitBreaker: it opens at the tenth that ends, whatever hangs', async () => {
    const { begin, each, state } = guarded()
    for (let call = 0; call < 100; call++) void begin(hangs())
    await each(...count(10, badly))
    expect(state()).toBe('open')
  })
})

describe('15. With a cache that answers later every call is a hit of undefined', () => {
  const later = { get: async () => undefined, set: async () => {}, flush() {}, delete: async () => {} }

  it('opossum: the action is never called', async () => {
    const action = vi.fn(async () => 'there')
    const breaker = bare(action, { cache: true, cacheTransport: later })
    expect([await breaker.fire(), action.mock.calls.length, breaker.stats.cacheHits]).toEqual([undefined, 0, 1])
  })

  it('circuitBreaker: it keeps no replies, and a miss of the cache layer’s store reaches the server', async () => {
    const store = { name: 'later', ...later }
    const { begin, server } = guarded({}, { outer: [cache({ store })] })
    const replies = [await begin(well), await begin(well)]
    expect([replies.map(({ verdict }) => verdict), server.trips]).toEqual([['ok', 'ok'], 2])
  })
})

describe('16. Opened by hand it half-opens by itself', () => {
  it('opossum: after its reset timeout', async () => {
    const breaker = bare(async () => {}, { resetTimeout: 40 })
    breaker.open()
    await vi.advanceTimersByTimeAsync(40)
    expect([breaker.halfOpen, await quietly(breaker.fire())]).toEqual([true, 'ok'])
  })

  it('circuitBreaker: isolated by hand it stays so until it is released', async () => {
    const { breaker, each, clock, server } = guarded()
    const release = breaker.isolate('https://api.example.com')
    await clock.advance(86_400_000)
    const codes = [await each(well), server.trips]
    release()
    expect([codes, await each(well)]).toEqual([[['CIRCUIT_OPEN'], 0], ['ok']])
  })
})

describe('17. A listener that throws fails a call that went well, and opens the circuit', () => {
  it('opossum: a success becomes a failure', async () => {
    const breaker = bare(async () => 'there')
    breaker.on('success', () => {
      throw new Error('the listener')
    })
    expect([await quietly(breaker.fire()), breaker.opened]).toEqual(['the listener', true])
  })

  it('circuitBreaker: a hook that throws changes neither', async () => {
    const throws = () => {
      throw new Error('the hook')
    }
    const log = requestLog({ onRequest: throws, onReply: throws, onError: throws, onRetry: throws })
    const { each, state } = guarded({ volume: 2 }, { outer: [log] })
    expect([await each(well, well, well), state()]).toEqual([['ok', 'ok', 'ok'], 'closed'])
  })
})

describe('18. Every failure sorts the latencies of the whole window, which are kept even when nobody wants percentiles', () => {
  /** The longest array that is sorted while `work` runs. */
  async function longestSort(work: () => Promise<unknown>) {
    const sort = vi.spyOn(Array.prototype, 'sort')
    await work()
    const lengths = sort.mock.contexts.map((sorted) => (sorted as unknown[]).length)
    sort.mockRestore()
    return Math.max(0, ...lengths)
  }

  it('opossum: one failure after a thousand calls sorts a thousand', async () => {
    const breaker = bare((given: () => unknown) => given(), { volumeThreshold: 5000 })
    for (let call = 0; call < 1000; call++) await breaker.fire(async () => {})
    expect(await longestSort(() => quietly(breaker.fire(fails)))).toBeGreaterThanOrEqual(1000)
  })

  it('opossum: without percentiles it keeps a thousand latencies all the same', async () => {
    const breaker = bare(async () => {}, { rollingPercentilesEnabled: false })
    for (let call = 0; call < 1000; call++) await breaker.fire()
    const kept = (breaker.status as unknown as { window: { latencyTimes: number[] }[] }).window[0]!.latencyTimes
    expect(kept.length).toBe(1000)
  })

  it('circuitBreaker: one failure after a thousand calls sorts none, and no latency is kept', async () => {
    const made = vi.spyOn(CircuitBreaker, 'newStatus')
    const { each } = guarded({ latest: 10_000 })
    await each(badly, ...count(1000, well))
    const sorted = await longestSort(() => each(badly))
    const { window } = made.mock.results[0]!.value as { window: { latencyTimes: number[] }[] }
    expect([sorted, window.flatMap(({ latencyTimes }) => latencyTimes).length]).toEqual([0, 1])
  })
})

describe('19. Two intervals run for every breaker', () => {
  it('opossum: ten breakers, twenty intervals', () => {
    const before = vi.getTimerCount()
    for (let number = 0; number < 10; number++) bare(fails)
    expect(vi.getTimerCount() - before).toBe(20)
  })

  it('circuitBreaker: none for a hundred circuits, failing and open ones among them', async () => {
    const { begin, clock } = guarded({ volume: 2 })
    for (let number = 0; number < 100; number++)
      for (const step of [badly, number % 2 ? badly : well]) {
        const path = `https://o${number}.example.com/`
        await begin(step, { path })
      }
    expect([clock.timers, vi.getTimerCount()]).toEqual([0, 0])
  })
})

import { ledgerOf, sentence, verdicts } from '@penstock/core'
import { hangs } from '@penstock/core/testing'
import { circuitBreaker } from '@penstock/middleware'
import { describe, expect, it, vi } from 'vitest'
import { Ring } from '../../packages/middleware/src/circuit-breaker/ring.ts'
import { badly, given, Opossum, origin, over, times, well } from '../support/circuits.ts'
import { verdict } from '../support/verdict.ts'

describe('a closed circuit', () => {
  it('lets everything through and leaves no note while nothing fails', async () => {
    const { each, notes, state, server } = over()
    await each(...times(30, well))
    expect([server.trips, state(), notes()]).toEqual([30, 'closed', []])
  })

  it('makes no opossum circuit while nothing fails', async () => {
    const made = vi.spyOn(Opossum, 'newStatus')
    const { each } = over()
    await each(...times(30, well), verdict('input'))
    const before = made.mock.calls.length
    await each(badly)
    expect([before, made.mock.calls.length]).toEqual([0, 1])
  })

  it('is not opened by fewer failures than its volume', async () => {
    const { each, state } = over()
    await each(...times(9, badly))
    expect(state()).toBe('closed')
  })

  it('opens at its volume, and says with what numbers', async () => {
    const { each, state, notes } = over()
    await each(...times(10, badly))
    expect([state(), notes()]).toEqual([
      'open',
      [{ id: 'circuitBreaker.opens', failures: 10, finished: 10, wait: 1000 }],
    ])
  })

  it.each([
    [8, 2, 'closed'],
    [9, 2, 'open'],
    [16, 4, 'closed'],
    [17, 4, 'open'],
  ])(
    'with %d failures after %d successes it is left %s: it opens above 80 %%, not at it',
    async (failures, successes, left) => {
      const { each, state } = over()
      await each(...times(successes, well), ...times(failures, badly))
      expect(state()).toBe(left)
    },
  )

  it('counts the successes between failures too', async () => {
    const { each, state, notes } = over({ failures: 50, volume: 4 })
    await each(badly, well, well, badly, badly)
    expect([state(), notes()]).toEqual(['open', [{ id: 'circuitBreaker.opens', failures: 3, finished: 5, wait: 1000 }]])
  })

  it.each(given)('verdict %s counts only if it is healthy or the server’s fault', async (given) => {
    const { healthy, blame } = verdicts[given]
    const alone = over({ volume: 3, failures: 40 })
    await alone.each(badly, verdict(given), badly)
    expect(alone.state()).toBe(healthy || blame === 'server' ? 'open' : 'closed')
  })

  it('judges by finished attempts: those that hang do not hide the failures', async () => {
    const { begin, each, state } = over()
    const hanging = Array.from({ length: 100 }, () => begin(hangs()))
    await each(...times(10, badly))
    expect([state(), hanging.length]).toEqual(['open', 100])
  })

  it('forgets what has left the window', async () => {
    const { each, state, clock } = over({ window: 10_000 })
    await each(...times(9, badly))
    await clock.advance(10_000)
    await each(badly)
    expect(state()).toBe('closed')
  })

  it('remembers what is still in it', async () => {
    const { each, state, clock } = over({ window: 10_000 })
    await each(...times(9, badly))
    await clock.advance(9999)
    await each(badly)
    expect(state()).toBe('open')
  })

  it.each([
    [{}, 161],
    [{ latest: 20 }, 17],
    [{ volume: 200 }, 321],
  ])(
    'with options %j looks back on its latest attempts, so that %i failures open a busy one',
    async (options, failures) => {
      const { each, state } = over(options)
      await each(...times(1000, well), ...times(failures - 1, badly))
      const before = state()
      await each(badly)
      expect([before, state()]).toEqual(['closed', 'open'])
    },
  )

  it('tells successes of before the first failure by their age', async () => {
    const { each, state, clock } = over({ window: 10_000, volume: 2 })
    await each(...times(5, well))
    await clock.advance(5000)
    await each(well)
    await clock.advance(5000)
    // one success is left in the window, five have gone: 5 of 6 is above 80 %
    await each(...times(4, badly))
    const before = state()
    await each(badly)
    expect([before, state()]).toEqual(['closed', 'open'])
  })

  it('turns its window part by part', async () => {
    const { each, state, clock } = over({ window: 10_000, volume: 3, failures: 70 })
    await each(badly, well)
    await clock.advance(3000)
    await each(well)
    await clock.advance(7000)
    // the first two have gone: 2 of 3 is not above 70 %, 3 of 4 is
    await each(badly, badly)
    const before = state()
    await each(badly)
    expect([before, state()]).toEqual(['closed', 'open'])
  })

  it('lets single failures leave the window while others are in it', async () => {
    const { each, state, clock } = over({ window: 10_000, volume: 4 })
    await each(badly, badly)
    await clock.advance(5000)
    await each(badly)
    await clock.advance(5000)
    await each(badly)
    const before = state()
    await each(badly, badly)
    expect([before, state()]).toEqual(['closed', 'open'])
  })

  it('asks of opossum neither timers nor percentiles', async () => {
    const made = vi.spyOn(Opossum, 'newStatus')
    const { each } = over({ window: 10_000 })
    await each(badly)
    expect(made.mock.calls).toMatchObject([
      [
        {
          rollingCountTimeout: 10_000,
          rollingCountBuckets: 10,
          rollingPercentilesEnabled: false,
          enableSnapshots: false,
        },
      ],
    ])
  })

  it('dismisses its judge when the last failure has left the window, and works on without', async () => {
    const dismissed = vi.spyOn(Opossum.prototype, 'shutdown')
    const { each, clock } = over({ window: 10_000 })
    await each(badly)
    await clock.advance(9999)
    await each(well)
    const before = dismissed.mock.calls.length
    await clock.advance(1)
    await each(well)
    expect([before, dismissed.mock.calls.length]).toEqual([0, 1])
  })

  it('keeps no latencies', async () => {
    const made = vi.spyOn(Opossum, 'newStatus')
    const { each } = over()
    await each(badly, ...times(10, well))
    const status = made.mock.results[0]!.value as { window: { latencyTimes: number[]; successes: number }[] }
    expect(status.window.map(({ latencyTimes, successes }) => [latencyTimes.length, successes])).toEqual([
      [0, 10],
      ...Array.from({ length: 9 }, () => [0, 0]),
    ])
  })
})

it('the window turns forwards only', () => {
  const ring = new Ring(10_000, 200)
  const first = ring.turn(5000)
  ring.counts[0] = 7
  expect([first, ring.turn(5999), ring.turn(0), ring.turned, ring.turn(6000), [...ring.counts]]).toEqual([
    5,
    0,
    0,
    5,
    1,
    [0, 7, 0, 0, 0, 0, 0, 0, 0, 0],
  ])
})

it('its story is told in both languages', async () => {
  const told: string[] = []
  const { each, clock, breaker, begin, latest } = over({ circuits: 1 })
  const tell = () => {
    for (const { kind, facts } of latest().ledger.notes!) told.push(sentence(kind.en, facts), sentence(kind.zh, facts))
  }
  await each(...times(10, badly))
  tell()
  await begin(well, { path: 'https://other.example.com/' })
  tell()
  await each(well)
  tell()
  await clock.advance(1000)
  await each(well)
  tell()
  breaker.isolate(origin)
  await each(well)
  tell()
  expect(told).toEqual([
    'opens for 1 s: 10 of 10 failed',
    '熔断 1 s：10 次中失败 10 次',
    'passes unguarded: all 1 circuits are in use',
    '未受保护放行：1 个熔断器均在使用',
    'refuses: open, asks again in 1 s',
    '拒绝：open，1 s 后再试',
    'half-open: lets this attempt through as a probe',
    '半开：放行本次尝试作为探测',
    'closes: the probe went well',
    '恢复：探测成功',
    'refuses: isolated by hand',
    '拒绝：已手动隔离',
  ])
})

describe('its options', () => {
  it.each([
    [{ failures: 100 }, 'circuitBreaker: failures is 100: give percent from 0 to below 100'],
    [{ failures: -1 }, 'circuitBreaker: failures is -1: give percent from 0 to below 100'],
    [{ volume: 1 }, 'circuitBreaker: volume is 1: give a whole number from 2 up'],
    [{ volume: 2.5 }, 'circuitBreaker: volume is 2.5: give a whole number from 2 up'],
    [{ probes: 0 }, 'circuitBreaker: probes is 0: give a whole number from 1 up'],
    [{ latest: 9, volume: 5 }, 'circuitBreaker: latest is 9: give a whole number from 10 up'],
    [{ latest: 29, volume: 30 }, 'circuitBreaker: latest is 29: give at least the volume, 30'],
    [{ circuits: 0 }, 'circuitBreaker: circuits is 0: give a whole number from 1 up'],
    [{ window: 0 }, 'circuitBreaker: window is 0: give milliseconds above zero'],
    [{ window: Infinity }, 'circuitBreaker: window is Infinity: give milliseconds above zero'],
    [{ openFor: NaN }, 'circuitBreaker: openFor is NaN: give milliseconds above zero'],
    [{ maxOpenFor: -1 }, 'circuitBreaker: maxOpenFor is -1: give milliseconds above zero'],
    [{ probeLease: 0 }, 'circuitBreaker: probeLease is 0: give milliseconds above zero'],
  ])('%j is refused when the factory is called', (options, message) => {
    expect(() => circuitBreaker(options)).toThrow(
      expect.objectContaining({ name: 'ConfigError', code: 'CONFIG_INVALID', message }),
    )
  })

  it.each([{ failures: 0 }, { volume: 2 }, { probes: 1 }, { circuits: 1 }, { volume: 201 }, { latest: 10 }])(
    '%j is taken',
    (options) => {
      expect(circuitBreaker(options).name).toBe('circuitBreaker')
    },
  )

  it('are left as they were given', () => {
    const options = Object.freeze({ volume: 20 })
    circuitBreaker(options)
    circuitBreaker(options)
    expect(options).toEqual({ volume: 20 })
  })

  it('are told in the plan', () => {
    const { about, traits, slot, verdicts } = circuitBreaker()
    expect({ about, traits, slot, verdicts }).toEqual({
      about: '> 80 % of ≥ 10',
      traits: { failures: 80, volume: 10, window: 30_000, latest: 200, keyedByUrl: false },
      slot: 'guard',
      verdicts: 'needs',
    })
  })

  it('name is what it refuses and notes under', async () => {
    const { each, begin, notes } = over({ name: 'front' })
    await each(...times(10, badly))
    const opens = notes()
    const refusal = await begin(well)
    expect([opens.map(({ layer }) => layer), refusal, notes().map(({ layer }) => layer)]).toMatchObject([
      ['front'],
      { layer: 'front' },
      ['front'],
    ])
  })
})

it('two breakers of one set of options share nothing', async () => {
  const options = { volume: 2 }
  const [one, other] = [over(options), over(options)]
  await one.each(badly, badly)
  expect([one.state(), other.state()]).toEqual(['open', 'closed'])
})

it('its refusal reaches the caller as an error that explains itself', async () => {
  const { each, http } = over()
  await each(...times(10, badly))
  const error: unknown = await http.get('/').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', kind: 'refused', verdict: 'refused', retryAfter: 1000 })
  expect(ledgerOf(error)!.trips).toEqual([])
})

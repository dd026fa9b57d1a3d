import { createRequire } from 'node:module'
import {
  type Call,
  bytesBody,
  client,
  type Failure,
  ledgerOf,
  type Middleware,
  pipeline,
  Reply,
  sentence,
  type Request,
  type Transport,
  type Verdict,
  verdicts,
} from '@penstock/core'
import { hangs, later, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { circuitBreaker, type CircuitBreakerOptions, status } from '@penstock/middleware'
import { describe, expect, it, vi } from 'vitest'
import { Ring } from '../../packages/middleware/src/circuit-breaker/ring.ts'

const Opossum = createRequire(import.meta.url)('opossum') as typeof import('opossum')

const verdict =
  (given: Verdict): Step =>
  () =>
    new Reply(200, {}, bytesBody(Buffer.from('{}'))).judged({ verdict: given })
/** All but `unknown`, which the layer inside turns into another. */
const given = (Object.keys(verdicts) as Verdict[]).filter((name) => name !== 'unknown')
const well = verdict('ok')
const badly = verdict('server')
const origin = 'https://api.example.com'

/** A breaker over a server that does what `server.does` says. Chance stands at its highest: nothing off the open time. */
function over(options: CircuitBreakerOptions<any> = {}, chance = 1) {
  const clock = virtualClock()
  const server: { does: Step; trips: number } = { does: well, trips: 0 }
  const transport: Transport = {
    ...scriptedTransport((call) => (server.trips++, server.does(call))),
  }
  const breaker = circuitBreaker(options)
  let latest: Call<any> | undefined
  const keep: Middleware = (call, next) => next((latest = call))
  const http = client({
    pipeline: pipeline([keep, breaker, status()] as never, transport),
    origin,
    clock,
    chance: () => chance,
  })
  const begin = (does: Step, request: Partial<Request> = {}) => {
    server.does = does
    return http.outcome({ path: '/', ...request })
  }
  /** One call after another: what came of each. */
  async function each(...steps: readonly Step[]) {
    const codes: string[] = []
    for (const step of steps) {
      const { failed, verdict, ...rest } = await begin(step)
      codes.push(failed ? (rest as unknown as Failure).code : verdict)
    }
    return codes
  }
  const notes = () =>
    (latest!.ledger.notes ?? []).map(({ kind, layer, facts }) => ({
      id: kind.id,
      ...facts,
      ...(layer !== kind.layer && { layer }),
    }))
  return {
    latest: () => latest!,
    breaker,
    http,
    clock,
    server,
    begin,
    each,
    notes,
    state: (key: string = origin) => breaker.state(key),
  }
}

const times = (count: number, step: Step) => Array.from({ length: count }, () => step)

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

describe('a half-open circuit', () => {
  async function halfOpen(options: CircuitBreakerOptions<any> = {}) {
    const made = over(options)
    await made.each(...times(10, badly))
    await made.clock.advance(1000)
    made.server.trips = 0
    return made
  }

  it('lets three probes in and refuses the next at once: nobody queues behind a probe', async () => {
    const { begin, server, clock, notes } = await halfOpen()
    const probes = Array.from({ length: 3 }, () => begin(hangs()))
    await clock.advance(400)
    expect([await begin(well), server.trips, probes.length, notes()]).toMatchObject([
      {
        code: 'CIRCUIT_OPEN',
        because: 'the circuit is half-open: 10 of 10 attempts had failed, ask again in 9.6 s',
        retryAfter: 9600,
      },
      3,
      3,
      [{ id: 'circuitBreaker.refuses', state: 'half-open', wait: 9600, failures: 10, finished: 10 }],
    ])
  })

  it('notes that an attempt is a probe, and that it closes it', async () => {
    const { each, notes, state } = await halfOpen()
    await each(well)
    expect([state(), notes()]).toEqual(['closed', [{ id: 'circuitBreaker.probes' }, { id: 'circuitBreaker.closes' }]])
  })

  it('opens again when a probe fails', async () => {
    const { each, notes, state } = await halfOpen()
    await each(badly)
    expect([state(), notes()]).toEqual([
      'open',
      [{ id: 'circuitBreaker.probes' }, { id: 'circuitBreaker.opens', failures: 1, finished: 1, wait: 2000 }],
    ])
  })

  it('that has closed does not hold the failures of before against the server', async () => {
    const { each, state } = await halfOpen({ openFor: 1000 })
    await each(well, ...times(9, badly))
    expect(state()).toBe('closed')
  })

  it('that has closed lets everything in', async () => {
    const { each, begin, server, notes } = await halfOpen()
    await each(well)
    for (let call = 0; call < 10; call++) void begin(hangs())
    await each(well)
    expect([server.trips, notes()]).toEqual([12, []])
  })

  it.each(given)('neither opens nor closes for verdict %s unless it counts', async (given) => {
    const { each, state } = await halfOpen()
    await each(verdict(given))
    const { healthy, blame } = verdicts[given]
    expect(state()).toBe(healthy ? 'closed' : blame === 'server' ? 'open' : 'half-open')
  })

  it('gives the place of a probe that said nothing to the next', async () => {
    const { each, state } = await halfOpen({ probes: 1 })
    const codes = await each(verdict('input'), verdict('quota'), well)
    expect([codes, state()]).toEqual([['input', 'quota', 'ok'], 'closed'])
  })

  it('gives the place of a probe that was aborted to the next', async () => {
    const { begin, each, clock } = await halfOpen({ probes: 1 })
    const controller = new AbortController()
    const probe = begin(hangs(), { signal: controller.signal })
    const before = await each(well)
    controller.abort()
    await Promise.all([probe, clock.advance(0)])
    expect([before, await each(well)]).toEqual([['CIRCUIT_OPEN'], ['ok']])
  })

  it('gives the place of a probe that threw to the next, and the bug comes out untouched', async () => {
    const { begin, each } = await halfOpen({ probes: 1 })
    const bug = { not: 'an Error' }
    const throws: Step = () => {
      throw bug
    }
    await expect(begin(throws)).rejects.toBe(bug)
    expect(await each(well)).toEqual(['ok'])
  })

  it('frees the place that was held, and not another', async () => {
    const { begin, each, clock } = await halfOpen({ probes: 2 })
    void begin(hangs())
    const short = begin(later(10, verdict('input')))
    await clock.advance(10)
    await short
    void begin(hangs())
    expect(await each(well)).toEqual(['CIRCUIT_OPEN'])
  })

  it('is open again when a probe outlasts its lease, for the time from then on', async () => {
    const { begin, clock, state } = await halfOpen()
    void begin(hangs())
    await clock.advance(9999)
    const before = state()
    await clock.advance(1)
    const lapsed = state()
    await clock.advance(1999)
    const still = state()
    await clock.advance(1)
    expect([before, lapsed, still, state()]).toEqual(['half-open', 'open', 'open', 'half-open'])
  })

  it('is half-open anew when lease and open time have passed while nobody looked', async () => {
    const { begin, clock, each } = await halfOpen({ probes: 1 })
    void begin(hangs())
    await clock.advance(12_000)
    expect(await each(well)).toEqual(['ok'])
  })

  it('is closed by a probe that comes back well after its lease, for it was sent after the circuit opened', async () => {
    const { begin, clock, state, notes } = await halfOpen()
    const probe = begin(later(11_000, well))
    await clock.advance(10_500)
    const lapsed = state()
    await clock.advance(500)
    await probe
    expect([lapsed, state(), notes()]).toEqual([
      'open',
      'closed',
      [{ id: 'circuitBreaker.probes' }, { id: 'circuitBreaker.closes' }],
    ])
  })

  it('is not prolonged by a probe that fails after its lease', async () => {
    const { begin, clock, state } = await halfOpen()
    const probe = begin(later(11_000, badly))
    await clock.advance(11_000)
    await probe
    await clock.advance(999)
    const before = state()
    await clock.advance(1)
    expect([before, state()]).toEqual(['open', 'half-open'])
  })

  it('is decided by the first probe: what the others bring counts as nothing', async () => {
    const { begin, each, clock, state } = await halfOpen({ volume: 2 })
    const probes = [begin(later(20, badly)), begin(later(30, badly))]
    await each(well)
    await clock.advance(30)
    await Promise.all(probes)
    expect(state()).toBe('closed')
  })

  it('that a probe has opened again is not closed by another of the same time', async () => {
    const { begin, each, clock, state } = await halfOpen()
    const other = begin(later(20, well))
    await each(badly)
    await clock.advance(20)
    await other
    expect(state()).toBe('open')
  })

  it('that has closed is not wiped clean by a probe that comes late', async () => {
    const { begin, each, clock, state } = await halfOpen()
    const other = begin(later(20, well))
    await each(well, ...times(9, badly))
    await clock.advance(20)
    await other
    await each(badly)
    expect(state()).toBe('open')
  })

  it('that opened for a hung probe tells of it when it refuses', async () => {
    const { begin, clock, notes } = await halfOpen()
    void begin(hangs())
    await clock.advance(10_500)
    await begin(well)
    expect(notes()).toEqual([{ id: 'circuitBreaker.refuses', state: 'open', wait: 1500, failures: 1, finished: 1 }])
  })

  it('lets an abort out in no time', async () => {
    const { begin, clock } = await halfOpen()
    const controller = new AbortController()
    const probe = begin(hangs(), { signal: controller.signal })
    controller.abort('mine')
    expect([await probe, clock.now(), clock.timers]).toMatchObject([{ code: 'CANCELLED', reason: 'mine' }, 1000, 0])
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

describe('the number of circuits', () => {
  const path = (name: string) => ({ path: `https://${name}.example.com/` })
  const key = (name: string) => `https://${name}.example.com`

  async function open(made: ReturnType<typeof over>, name: string) {
    for (let call = 0; call < 10; call++) await made.begin(badly, path(name))
  }

  it('is bounded: the least recently used that is closed and idle is forgotten, with its judge', async () => {
    const made = over({ circuits: 2, volume: 2 })
    const dismissed = vi.spyOn(Opossum.prototype, 'shutdown')
    await made.begin(badly, path('a'))
    await made.begin(badly, path('b'))
    await made.begin(well, path('a'))
    await made.begin(well, path('c'))
    // b has been forgotten with its failure, a has not
    await made.begin(badly, path('a'))
    await made.begin(badly, path('a'))
    await made.begin(badly, path('a'))
    expect([made.state(key('a')), dismissed.mock.calls.length]).toEqual(['closed', 1])
    await made.begin(badly, path('a'))
    expect(made.state(key('a'))).toBe('open')
  })

  it('never costs an open one its protection: what finds no room passes, and a note says so', async () => {
    const made = over({ circuits: 1 })
    await open(made, 'a')
    const passed = await made.begin(well, path('b'))
    expect([passed.verdict, made.state(key('a')), made.notes()]).toEqual([
      'ok',
      'open',
      [{ id: 'circuitBreaker.unguarded', circuits: 1 }],
    ])
  })

  it('never costs one that has calls inside', async () => {
    const made = over({ circuits: 1 })
    const inside = made.begin(later(10, well), path('a'))
    await made.begin(well, path('b'))
    const during = made.notes()
    await made.clock.advance(10)
    await inside
    await made.begin(well, path('b'))
    expect([during, made.notes()]).toEqual([[{ id: 'circuitBreaker.unguarded', circuits: 1 }], []])
  })

  it('never costs an isolated one', async () => {
    const made = over({ circuits: 1 })
    made.breaker.isolate(key('a'))
    await made.begin(well, path('b'))
    expect([made.state(key('a')), made.notes()]).toEqual([
      'isolated',
      [{ id: 'circuitBreaker.unguarded', circuits: 1 }],
    ])
  })

  it('lets an open one go that nobody has asked for a whole window beyond its time', async () => {
    const made = over({ circuits: 1 })
    await open(made, 'a')
    await made.clock.advance(30_999)
    await made.begin(well, path('b'))
    const before = made.notes()
    await made.clock.advance(1)
    await made.begin(well, path('b'))
    expect([before, made.notes(), made.state(key('a'))]).toEqual([
      [{ id: 'circuitBreaker.unguarded', circuits: 1 }],
      [],
      'closed',
    ])
  })

  it('is 1024 by default', async () => {
    const made = over()
    const names = Array.from({ length: 1024 }, (_, number) => `o${number}`)
    void Promise.all(names.map((name) => made.begin(hangs(), path(name))))
    await made.begin(well, path('o0'))
    const within = made.notes()
    await made.begin(well, path('more'))
    expect([within, made.notes()]).toEqual([[], [{ id: 'circuitBreaker.unguarded', circuits: 1024 }]])
  })

  it('is none when the client is closed', async () => {
    const dismissed = vi.spyOn(Opossum.prototype, 'shutdown')
    const made = over()
    await made.begin(badly)
    await open(made, 'a')
    const before = dismissed.mock.calls.length
    await made.http.close()
    expect([before, dismissed.mock.calls.length, made.state(key('a'))]).toEqual([1, 2, 'closed'])
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

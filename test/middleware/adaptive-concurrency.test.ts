import { sentence } from '@penstock/core'
import { breaks, hangs, later, replies, stalls, type Step } from '@penstock/core/testing'
import { adaptiveConcurrency, type AdaptiveConcurrencyOptions } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { over } from '../support/adaptive.ts'

describe('places', () => {
  it('are as many as the limit; who finds none waits, first come first served', async () => {
    const { begin, clock, paths, state } = over({ limit: 2 })
    const done = Promise.all(['/a', '/b', '/c', '/d', '/e'].map((path) => begin(path)))
    await clock.advance(0)
    const seen: unknown[] = [[...paths], state()]
    await clock.advance(100)
    seen.push([...paths])
    await clock.advance(200)
    await done
    expect([...seen, paths, state(), clock.timers]).toEqual([
      ['/a', '/b'],
      { limit: 2, inFlight: 2, waiting: 3 },
      ['/a', '/b', '/c', '/d'],
      ['/a', '/b', '/c', '/d', '/e'],
      { limit: 2, inFlight: 0, waiting: 0 },
      0,
    ])
  })

  it('are given back when the body is over, and not before', async () => {
    const { begin, clock, server, state } = over({ limit: 2 })
    server.does = stalls()
    const reply = await begin('/', { stream: true })
    await clock.advance(9999)
    const before = [reply.failed, state().inFlight]
    await clock.advance(1)
    expect([...before, state().inFlight]).toEqual([false, 1, 0])
  })

  it.each<[string, Step]>([
    ['a failure', breaks('CONNECTION_RESET')],
    [
      'a bug',
      () => {
        throw new RangeError('a bug')
      },
    ],
  ])('are given back once by %s', async (_, step) => {
    const { begin, clock, server, state } = over({ limit: 2 })
    server.does = step
    const outcomes = Promise.allSettled([begin(), begin(), begin()])
    await clock.advance(0)
    await outcomes
    expect(state()).toEqual({ limit: 2, inFlight: 0, waiting: 0 })
  })

  it('let a bug out as it was thrown', async () => {
    const { begin, server } = over()
    const bug = new RangeError('a bug')
    server.does = () => {
      throw bug
    }
    await expect(begin()).rejects.toBe(bug)
  })

  it('are of one key each: the origin, or what key says', async () => {
    const { begin, clock, paths, adaptive } = over({ limit: 1, key: ({ path }) => path })
    void begin('/a')
    void begin('/b')
    void begin('/b')
    await clock.advance(0)
    expect([paths, adaptive.state('/a'), adaptive.state('/b'), adaptive.state('/c')]).toEqual([
      ['/a', '/b'],
      { limit: 1, inFlight: 1, waiting: 0 },
      { limit: 1, inFlight: 1, waiting: 1 },
      { limit: 1, inFlight: 0, waiting: 0 },
    ])
  })

  it('are there for those who wait as soon as the limit grows, also while bodies are open', async () => {
    const { begin, clock, server, state } = over()
    server.does = later(100, stalls())
    for (let call = 0; call < 40; call++) void begin('/', { stream: true })
    await clock.advance(100)
    expect(state()).toEqual({ limit: 30, inFlight: 30, waiting: 10 })
  })

  describe('of more keys than are kept', () => {
    /** Two keys are kept; each of these is asked for once, after 'a' and 'b' have grown. */
    async function asked(...paths: readonly string[]) {
      const { adaptive, begin, clock } = over({ keys: 2, key: ({ path }) => path })
      for (const path of ['/a', '/b'])
        await Promise.all([...Array.from({ length: 20 }, () => begin(path)), clock.advance(100)])
      for (const path of paths) await Promise.all([begin(path), clock.advance(100)])
      return ['/a', '/b'].map((key) => adaptive.state(key).limit)
    }

    it.each([
      [[], [30, 30]],
      [
        ['/b', '/a'],
        [30, 30],
      ],
      [['/c'], [20, 30]],
      [
        ['/a', '/c'],
        [30, 20],
      ],
      [
        ['/b', '/a', '/b', '/c'],
        [20, 30],
      ],
      [
        ['/c', '/d'],
        [20, 20],
      ],
    ])('after %j the one asked for least lately is forgotten', async (paths, limits) => {
      expect(await asked(...paths)).toEqual(limits)
    })

    it('none is forgotten that has calls in flight', async () => {
      const { adaptive, begin, clock, server } = over({ keys: 1, limit: 1, key: ({ path }) => path })
      server.does = hangs()
      void begin('/a')
      void begin('/b')
      await clock.advance(0)
      expect(['/a', '/b'].map((key) => adaptive.state(key).inFlight)).toEqual([1, 1])
    })
  })
})

describe('a call that waits', () => {
  it('is over at once when its caller aborts, with the reason as it came, and nothing is left of it', async () => {
    const { begin, clock, paths, state } = over({ limit: 1 })
    const controller = new AbortController()
    const first = begin('/a')
    const waiting = begin('/b', { signal: controller.signal })
    const third = begin('/c')
    await clock.advance(0)
    const reason = new Error('enough')
    controller.abort(reason)
    expect([await waiting, clock.now(), state().waiting]).toMatchObject([{ code: 'CANCELLED', reason }, 0, 1])
    await clock.advance(200)
    await Promise.all([first, third])
    expect([paths, clock.timers, state().inFlight]).toEqual([['/a', '/c'], 0, 0])
  })

  it('is over at its deadline', async () => {
    const { begin, clock, server, state } = over({ limit: 1 }, { after: 1000 })
    server.does = hangs()
    void begin('/a')
    const waiting = begin('/b')
    await clock.advance(1000)
    expect([await waiting, state()]).toMatchObject([{ code: 'CALL_DEADLINE' }, { inFlight: 0, waiting: 0 }])
  })

  it('is over when the client is closed', async () => {
    const { begin, clock, http, server } = over({ limit: 1 })
    server.does = hangs()
    void begin('/a')
    const waiting = begin('/b')
    await clock.advance(0)
    const closed = http.close({ within: 0 })
    await clock.advance(1)
    await closed
    expect(await waiting).toMatchObject({ code: 'CLIENT_CLOSED' })
  })

  it('is refused, and not sent, when its turn comes too late for an answer', async () => {
    const { begin, burst, clock, paths, server } = over({ limit: 2 }, { after: 1000 })
    await burst(1)
    server.does = hangs()
    void begin('/other')
    server.does = later(950, replies(200))
    void begin('/a')
    const waiting = begin('/b')
    await clock.advance(950)
    expect([await waiting, paths, clock.now()]).toMatchObject([
      { code: 'CONCURRENCY_LIMIT', verdict: 'refused', because: 'an answer would take 185 ms, and 50 ms are left' },
      ['/', '/other', '/a'],
      1050,
    ])
  })

  it('notes how many places there are and who is ahead', async () => {
    const { begin, clock, notes } = over({ limit: 1 })
    void begin()
    void begin()
    void begin()
    await clock.advance(0)
    expect([notes(0), notes(1), notes(2)]).toEqual([
      [],
      [['adaptiveConcurrency.waits', { limit: 1, ahead: 0 }, 'adaptiveConcurrency']],
      [['adaptiveConcurrency.waits', { limit: 1, ahead: 1 }, 'adaptiveConcurrency']],
    ])
  })
})

describe('a call is refused', () => {
  it('when as many wait as may', async () => {
    const { begin, clock, notes } = over({ limit: 1, maxQueue: 1, name: 'lane' })
    void begin()
    void begin()
    const refusal = begin()
    await clock.advance(0)
    expect([await refusal, notes(2)]).toMatchObject([
      {
        verdict: 'refused',
        code: 'CONCURRENCY_LIMIT',
        layer: 'lane',
        because: '1 calls wait for a place already',
        phase: 'local',
      },
      [['adaptiveConcurrency.full', { ahead: 1 }, 'lane']],
    ])
  })

  it('at once when the answer would come too late, with the time it would take', async () => {
    const { begin, burst, clock, notes } = over({ limit: 1 }, { after: 250 })
    await burst(1)
    void begin()
    void begin()
    const refusal = begin()
    await clock.advance(0)
    expect([await refusal, notes(-1), clock.now()]).toMatchObject([
      { code: 'CONCURRENCY_LIMIT', retryAfter: 300, because: 'an answer would take 300 ms, and 250 ms are left' },
      [['adaptiveConcurrency.does_not_fit', { needs: 300, left: 250 }, 'adaptiveConcurrency']],
      100,
    ])
  })

  it('by the time its place in the queue would take', async () => {
    const { begin, burst, clock, paths } = over({ limit: 2, maxLimit: 2 }, { after: 349 })
    await burst(1)
    const made = Promise.all(Array.from({ length: 7 }, () => begin()))
    await clock.advance(400)
    // the last of seven would be the fifth in the queue, whose answer takes 350 ms
    expect([(await made).map(({ verdict }) => verdict), paths.length]).toEqual([
      ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'refused'],
      7,
    ])
  })

  it('never when nobody is in flight, however slow the server has been: somebody has to find out', async () => {
    const { begin, clock, paths, server } = over({ limit: 1 }, { after: 1000 })
    server.does = later(990, replies(200))
    const both = Promise.all([begin('/a'), begin('/b')])
    await clock.advance(1000)
    expect([(await both).map(({ verdict }) => verdict), paths]).toEqual([
      ['ok', 'late'],
      ['/a', '/b'],
    ])
  })
})

describe('its options', () => {
  it.each<[AdaptiveConcurrencyOptions, string]>([
    [{ limit: 0 }, 'limit is 0: give a number from 1 up'],
    [{ limit: NaN }, 'limit is NaN: give a number from 1 up'],
    [{ minLimit: 0 }, 'minLimit is 0: give a number from 1 up'],
    [{ maxLimit: 0 }, 'maxLimit is 0: give a number from 1 up'],
    [{ keys: 0 }, 'keys is 0: give a number from 1 up'],
    [{ minLimit: 21 }, 'limit is 20: give a number from minLimit, 21, to maxLimit, 1000'],
    [{ maxLimit: 19 }, 'limit is 20: give a number from minLimit, 1, to maxLimit, 19'],
    [{ maxQueue: -1 }, 'maxQueue is -1: give a number from 0 up'],
  ])('%j is refused when the factory is called', (options, because) => {
    expect(() => adaptiveConcurrency(options)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `adaptiveConcurrency: ${because}` }),
    )
  })

  it.each([{ limit: 1 }, { minLimit: 20 }, { maxLimit: 20 }, { maxQueue: 0 }, { keys: 1 }])(
    '%j is taken',
    (options) => {
      expect(adaptiveConcurrency(options).slot).toBe('pace')
    },
  )

  it('are told in the plan', () => {
    const { name, about, traits, verdicts } = adaptiveConcurrency({ name: 'lane' })
    expect({ name, about, traits, verdicts }).toEqual({
      name: 'lane',
      about: '1–1000, 100 waiting',
      traits: { limit: 20, minLimit: 1, maxLimit: 1000, maxQueue: 100 },
      verdicts: 'needs',
    })
  })
})

it('its story is told in both languages', async () => {
  const { begin, calls, clock } = over({ limit: 1, maxQueue: 1 })
  void begin()
  void begin()
  void begin()
  await clock.advance(0)
  const told = calls.flatMap(({ ledger }) =>
    (ledger.notes ?? []).flatMap(({ kind, facts }) => [sentence(kind.en, facts), sentence(kind.zh, facts)]),
  )
  expect(told).toEqual([
    'waits for one of 1 places, 0 ahead',
    '等待 1 个名额之一，前面有 0 个',
    'refuses: 1 calls wait already',
    '拒绝：已有 1 个调用在排队',
  ])
})

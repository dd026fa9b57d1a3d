/** What a race holds, and gives back, however it ends. */
import { Branch, bytesBody, type Call, client, Failure, layer, pipeline, refused, Reply } from '@penstock/core'
import {
  breaks,
  hangs,
  later,
  replies,
  scriptedTransport,
  stalls,
  type Step,
  virtualClock,
} from '@penstock/core/testing'
import { deadline, hedge, type HedgeOptions, status } from '@penstock/middleware'
import { afterEach, describe, expect, it, vi } from 'vitest'

const answers = (after: number) => later(after, replies(200, {}, `after ${after}`))

/** Innermost, with what a layer of a user may do: throw, or not mind that it was cut. */
function against(
  steps: readonly Step[],
  options: HedgeOptions<any> = { delay: 50 },
  inner?: (call: Call<any>) => void,
) {
  const clock = virtualClock()
  const transport = scriptedTransport(...(steps as [Step]))
  const last = layer({
    name: 'last',
    slot: 'wire',
    run: async (call, next) => {
      const outcome = await next(call)
      inner?.(call)
      return outcome
    },
  })
  const stack = pipeline([deadline({ after: 10_000 }), hedge(options), status(), last] as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, maxAttempts: 4 })
  async function outcome(path = '/', stream = false) {
    const done = http.outcome({ path, stream })
    void done.catch(() => {})
    await clock.drain(9000)
    return done
  }
  return { clock, http, transport, outcome }
}

const discarding = (counts: { discarded: number }, code: number) => () =>
  new Reply(code, {}, { ...bytesBody(Buffer.of()), discard: () => void counts.discarded++ })

const notesOf = ({ transport }: ReturnType<typeof against>) =>
  (transport.calls[0]!.ledger.notes ?? []).map(({ kind }) => kind.id)

afterEach(() => void vi.restoreAllMocks())

describe('a race', () => {
  it.each([
    ['one answers in time', [answers(10)], 1],
    ['one fails', [replies(404)], 1],
    ['the second wins', [hangs(), answers(10)], 2],
    ['both fail', [later(60, breaks('CONNECTION_RESET')), later(60, breaks('CONNECTION_RESET'))], 2],
  ] as const)('ends every branch that it began, when %s', async (_, steps, copies) => {
    const ends = vi.spyOn(Branch.prototype, 'end')
    await against(steps).outcome()
    expect(new Set(ends.mock.contexts).size).toBe(copies)
  })

  it('ends the branches of a bug too', async () => {
    const ends = vi.spyOn(Branch.prototype, 'end')
    const bug = new TypeError('a bug')
    const set = against([answers(10)], { delay: 50 }, () => {
      throw bug
    })
    await expect(set.outcome()).rejects.toBe(bug)
    expect(ends.mock.contexts.length).toBe(1)
  })

  it('leaves the winner its branch until its body is over', async () => {
    const { clock, http, transport } = against([hangs(), stalls()])
    const done = http.outcome({ path: '/', stream: true })
    await clock.advance(60)
    expect((await done).verdict).toBe('ok')
    expect(transport.calls.map((call) => call.over()?.because)).toEqual(['another copy was first', undefined])
    const closing = http.close({ within: 10 })
    await clock.advance(10)
    await closing
    expect(await ((await done) as Reply).body.read()).toMatchObject({ code: 'CLIENT_CLOSED' })
  })

  it('is not disturbed by a loser that throws when it is over', async () => {
    const set = against([hangs(), stalls()], { delay: 50 }, ({ attempt }) => {
      if (attempt === 1) throw new TypeError('too late')
    })
    const done = set.http.outcome({ path: '/', stream: true })
    await set.clock.advance(60)
    expect((await done).verdict).toBe('ok')
    expect(set.transport.calls[1]!.over()).toBeUndefined()
  })

  it('lets go of the answer that another copy has mended, and keeps the one it gives', async () => {
    const counts = { discarded: 0 }
    const bad = discarding(counts, 503)
    await against([later(60, bad), answers(20)]).outcome('/', true)
    expect(counts.discarded).toBe(1)
    await against([later(60, bad), later(20, () => refused('CIRCUIT_OPEN', 'breaker', 'open'))]).outcome('/', true)
    expect(counts.discarded).toBe(1)
  })

  it('lets go of a bad answer when the other copy throws', async () => {
    const counts = { discarded: 0 }
    const bug = new TypeError('a bug')
    const set = against([later(60, discarding(counts, 503)), answers(20)], { delay: 50 }, ({ attempt }) => {
      if (attempt === 2) throw bug
    })
    await expect(set.outcome('/', true)).rejects.toBe(bug)
    expect(counts.discarded).toBe(1)
  })

  it('sends no third copy when the second went before the delay', async () => {
    const set = against([later(10, breaks('CONNECTION_RESET')), answers(200)])
    expect((await set.outcome()).verdict).toBe('ok')
    expect(set.transport.calls.length).toBe(2)
  })

  it('gives the failure when no second copy may mend it', async () => {
    const set = against([breaks('CONNECTION_RESET')], { delay: 50, budget: 0 })
    expect(await set.outcome()).toMatchObject({ code: 'CONNECTION_RESET' })
    expect(set.clock.timers).toBe(0)
  })

  it('gives a refusal of our own when there is nothing else', async () => {
    const set = against([() => refused('CIRCUIT_OPEN', 'breaker', 'open')])
    expect(await set.outcome()).toMatchObject({ code: 'CIRCUIT_OPEN' })
  })

  it('says whose outcome it gives when the other one was refused', async () => {
    const set = against([later(60, replies(503)), later(20, () => refused('CIRCUIT_OPEN', 'breaker', 'open'))])
    expect((await set.outcome()).code).toBe('STATUS_503')
    expect(notesOf(set)).toEqual(['hedge.sends', 'hedge.first'])
  })

  it('gives what the second was told when the first is refused after it', async () => {
    const set = against([later(100, () => refused('CIRCUIT_OPEN', 'breaker', 'open')), later(20, replies(503))])
    expect((await set.outcome()).code).toBe('STATUS_503')
    expect(notesOf(set)).toEqual(['hedge.sends', 'hedge.second'])
  })

  it('that had no time for a second copy leaves the alarms of other calls alone', async () => {
    const set = against([answers(10), answers(9000)], { delay: 10_000 })
    const [first, second] = [set.http.outcome({ path: '/' }), set.http.outcome({ path: '/' })]
    await set.clock.advance(10)
    expect([(await first).verdict, set.clock.timers]).toEqual(['ok', 1])
    await set.clock.drain()
    expect([(await second).verdict, set.clock.now()]).toEqual(['ok', 9000])
  })

  it('asks nobody for a second copy when the call is over', async () => {
    const set = against(
      [
        async ({ clock }) => {
          await new Promise<void>((resolve) => void clock.setTimer(resolve, 10_001))
          return new Failure('network', 'CONNECTION_RESET', 'deaf', 'late')
        },
      ],
      { delay: 10_000 },
    )
    const done = set.http.outcome({ path: '/' })
    await set.clock.drain()
    await done
    expect([set.transport.calls.length, notesOf(set)]).toEqual([1, []])
  })
})

describe('a delay that is learnt', () => {
  it('leaves alone what may not be repeated', async () => {
    const { http, clock, transport } = against([answers(500)], { start: 50 })
    const done = http.outcome({ method: 'POST', path: '/', json: {} })
    await clock.drain(9000)
    await done
    expect(transport.calls.length).toBe(1)
  })

  it('notes who answered', async () => {
    const set = against([answers(500), answers(10)], { start: 50 })
    await set.outcome()
    expect(notesOf(set)).toEqual(['hedge.sends', 'hedge.second'])
  })

  it('learns nothing of calls that fail', async () => {
    const set = against([...Array.from({ length: 20 }, () => replies(404)), answers(500), answers(10)], { start: 100 })
    for (let count = 0; count < 20; count++) await set.outcome()
    const from = set.clock.now()
    await set.outcome()
    expect(set.transport.calls[20]!.ledger.notes![0]!.facts).toEqual({ wait: 100 })
    expect(set.clock.now()).toBeGreaterThanOrEqual(from + 110)
  })

  it.each([
    ['each origin', undefined, 100],
    ['what the key says', () => 'all', 20],
  ])('is another for %s', async (_, key, wait) => {
    const options = { start: 100, ...(key !== undefined && { key }) }
    const set = against([...Array.from({ length: 20 }, () => answers(20)), answers(500), answers(10)], options)
    for (let count = 0; count < 20; count++) await set.outcome()
    await set.outcome('https://other.example.com/')
    expect(set.transport.calls[20]!.ledger.notes![0]!.facts).toEqual({ wait })
  })

  it('is kept for 1024 keys', async () => {
    const set = against([(call) => answers(call.path === '/slow' ? 500 : 20)(call)], {
      start: 100,
      key: ({ path }) => (path === '/slow' ? '/' : path),
    })
    for (let count = 0; count < 20; count++) await set.outcome()
    const waits = async () => {
      const at = set.transport.calls.length
      await set.outcome('/slow')
      return set.transport.calls[at]!.ledger.notes![0]!.facts
    }
    for (let count = 0; count < 1023; count++) await set.outcome(`/${count}`)
    expect(await waits()).toEqual({ wait: 20 })
    await set.outcome('/one-more')
    expect(await waits()).toEqual({ wait: 100 })
  })

  it('may be the slowest of all', () => {
    expect(hedge({ percentile: 1 }).about).toBe('p100')
  })
})

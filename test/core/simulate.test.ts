import { type Call, layer, type Middleware, type Pipeline, pipeline, type Transport } from '@penstock/core'
import {
  brownout,
  hangs,
  outage,
  partialFailure,
  rateLimited,
  replies,
  type Scenario,
  simulate,
  type SimulateOptions,
} from '@penstock/core/testing'
import { deadline, retry, status, timeout } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const short = { before: 5000, lasts: 5000, after: 10_000 }
const bare = (transport: Transport): Pipeline =>
  pipeline([deadline({ after: 10_000 }), timeout({ after: 1000 }), status()], transport)

async function one(scenario: Scenario, options: Partial<SimulateOptions> = {}, stack = bare) {
  const { rows } = await simulate(stack, { scenarios: [scenario], clients: [1], ...options })
  return rows[0]!
}

describe('a simulation', () => {
  it('comes to the same for the same seed, and to something else for another', async () => {
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => one(partialFailure(short), { seeds: [seed] })),
    )
    expect(first).toEqual(again)
    expect(first!.timeline).not.toEqual(other!.timeline)
  })

  it('tells the mean of its seeds', async () => {
    const runs = await Promise.all([1, 2].map((seed) => one(partialFailure(short), { seeds: [seed] })))
    const both = await one(partialFailure(short), { seeds: [1, 2] })
    expect(both.calls).toBe((runs[0]!.calls + runs[1]!.calls) / 2)
    expect(both.timeline.good[7]).toBe((runs[0]!.timeline.good[7]! + runs[1]!.timeline.good[7]!) / 2)
  })

  it('offers about as many calls a second as it is told, for as long as the scenario lasts', async () => {
    const { calls, timeline } = await one(partialFailure(short), { rate: 40, seeds: [1, 2, 3, 4, 5] })
    expect([Math.abs(calls / 20 - 40) < 2, timeline.calls.length]).toEqual([true, 20])
  })

  it('goes through every scenario with every number of clients, each with a stack of its own', async () => {
    let stacks = 0
    const count = (transport: Transport) => (stacks++, bare(transport))
    const { rows } = await simulate(count, { scenarios: [outage(short), brownout(short)], clients: [1, 3] })
    expect([rows.map(({ scenario, clients }) => [scenario.name.en, clients]), stacks]).toEqual([
      [
        ['outage', 1],
        ['outage', 3],
        ['capacity 50/s', 1],
        ['capacity 50/s', 3],
      ],
      8,
    ])
  })

  it('throws the bug of a layer', async () => {
    const bug = new RangeError('a bug')
    const broken: Middleware = () => {
      throw bug
    }
    await expect(one(outage(short), {}, (transport) => pipeline([broken], transport))).rejects.toBe(bug)
  })

  it('ends also when a stack without a deadline waits for a server that says nothing', async () => {
    const { goodputInFault } = await one(outage({ ...short, silent: true }), { rate: 5 }, (transport) =>
      pipeline([status()], transport),
    )
    expect(goodputInFault).toBe(0)
  })

  it('closes the stacks it made', async () => {
    let closed = 0
    const closing = () =>
      layer({ name: 'closing', slot: 'wire', close: () => void closed++, run: (call, next) => next(call) })
    await one(outage(short), { clients: [3] }, (transport) => pipeline([status(), closing()], transport))
    expect(closed).toBe(3)
  })

  it('sends what it is told to send', async () => {
    const seen = new Set<string>()
    const look: Middleware = (call: Call<any>, next) => (seen.add(`${call.method} ${call.path}`), next(call))
    const request = (n: number) => ({ method: 'POST', path: `/things/${n % 2}` })
    await one(partialFailure(short), { request }, (transport) => pipeline([look, status()], transport))
    expect([...seen].toSorted()).toEqual(['POST /things/0', 'POST /things/1'])
  })
})

describe('the server', () => {
  it('in an outage answers nobody, and all is well from its end on', async () => {
    const { goodputInFault, goodput, recovery, amplification, timeline } = await one(outage(short))
    expect([goodputInFault, recovery, amplification, timeline.good.slice(5, 10)]).toEqual([0, 0, 1, [0, 0, 0, 0, 0]])
    expect(goodput).toBeCloseTo(0.75, 1)
  })

  it('that is silent costs each call the time of an attempt', async () => {
    const { goodputInFault, requestsInFault } = await one(outage({ ...short, silent: true }))
    expect([goodputInFault, requestsInFault > 350]).toEqual([0, true])
  })

  it('fails the share it is told to', async () => {
    const { goodputInFault } = await one(partialFailure({ ...short, share: 0.25 }), { seeds: [1, 2, 3, 4, 5] })
    expect(goodputInFault).toBeCloseTo(0.75, 1)
  })

  it('with less capacity than is offered works on what nobody waits for any more, and plain retries keep it there', async () => {
    const stubborn = (transport: Transport) =>
      pipeline(
        [deadline({ after: 10_000 }), retry({ budget: Infinity }), timeout({ after: 1000 }), status()],
        transport,
      )
    const { goodputInFault, recovery } = await one(
      brownout({ before: 10_000, lasts: 20_000, after: 40_000 }),
      {},
      stubborn,
    )
    expect([goodputInFault < 0.2, recovery]).toEqual([true, undefined])
  })

  it('never lets in more than its limit in any second', async () => {
    const { timeline, limited, goodputInFault } = await one(rateLimited({ ...short, limit: 20 }))
    expect([Math.max(...timeline.good.slice(5, 9)) <= 20, limited > 0.1, goodputInFault]).toEqual([
      true,
      true,
      expect.closeTo(0.25, 1),
    ])
  })

  it('takes longer for each request the more workers it has, and adds the way there and back', async () => {
    const { latency } = await one(brownout(short), {
      rate: 1,
      workers: 10,
      latency: 30,
      capacity: 100,
      scenarios: [rateLimited(short)],
    })
    expect(latency).toEqual({ p50: 130, p99: expect.closeTo(130, 5) })
  })

  it('varies as much as it is told', async () => {
    const { latency } = await one(rateLimited(short), { rate: 10, workers: 10, spread: 1, seeds: [1, 2, 3] })
    expect([latency.p50 < 100, latency.p99 > 200]).toEqual([true, true])
  })

  it('refuses what finds its queue full', async () => {
    const { goodputInFault } = await one(brownout({ ...short, capacity: 8 }), { queue: 2, seeds: [1, 2, 3] })
    expect(goodputInFault).toBeCloseTo(0.1, 1)
  })

  it('says what it is told to say', async () => {
    const { goodputInFault } = await one(partialFailure({ ...short, share: 1 }), { answers: { failed: replies(204) } })
    const hanging = await one(partialFailure({ ...short, share: 1 }), { answers: { failed: hangs() } })
    expect([goodputInFault, hanging.goodputInFault]).toEqual([1, 0])
  })
})

describe('as text', () => {
  const seen = () => simulate(bare, { scenarios: [outage(short)], clients: [1], rate: 80, capacity: 1000 })

  it('is a table, and a picture of goodput and requests with the fault underlined', async () => {
    const lines = String(await seen()).split('\n')
    expect(lines.map((line) => line.replaceAll(/\d+(\.\d+)?/g, '0'))).toEqual([
      expect.stringMatching(
        /^scenario  clients  goodput  in fault  requests\/call  requests +0  refused here  recovers in +p0 +p0$/,
      ),
      expect.stringMatching(/^outage +0 +0 % +0 % +0 +0 +0 % +0 % +0 ms +0 ms +0 ms$/),
      '',
      'outage, 0 client',
      expect.stringMatching(/^ {2}good calls {2}[▁-█]{5} {5}[▁-█]{10}$/),
      expect.stringMatching(/^ {2}requests {4}[▁-█]{20}$/),
      `${' '.repeat(19)}───── fault; a full bar is 0/s, a bar 0 s`,
    ])
  })

  it('is told in Chinese too, in columns as wide as they look', async () => {
    const [head, row] = (await seen()).text({ lang: 'zh' }).split('\n')
    const width = (text: string) => [...text].reduce((sum, sign) => sum + (sign > '⺀' ? 2 : 1), 0)
    expect([head!.startsWith('场景  客户端'), width(head!) === width(row!)]).toEqual([true, true])
  })

  it('has colours only when asked for', async () => {
    const made = await seen()
    const escape = '\u001B'
    expect([made.text().includes(escape), made.text({ color: true }).includes(escape)]).toEqual([false, true])
  })

  it('says never of what does not come back', async () => {
    const made = await simulate(bare, { scenarios: [outage({ ...short, after: 2000 })], clients: [1] })
    expect([made.text().includes('never'), made.text({ lang: 'zh' }).includes('未恢复')]).toEqual([true, true])
  })
})

it.each<[SimulateOptions, string]>([
  [{ rate: 0 }, 'rate is 0: give a number above zero'],
  [{ capacity: Infinity }, 'capacity is Infinity: give a number above zero'],
  [{ workers: 0 }, 'workers is 0: give a whole number from 1 up'],
  [{ workers: 1.5 }, 'workers is 1.5: give a whole number from 1 up'],
  [{ queue: -1 }, 'queue is -1: give a number from zero up'],
  [{ latency: NaN }, 'latency is NaN: give a number from zero up'],
  [{ spread: 2 }, 'spread is 2: give a share from 0 to 1'],
  [{ clients: [0] }, 'clients is 0: give a whole number from 1 up'],
  [{ seeds: [] }, 'seeds is empty: give at least one'],
])('%j is refused', async (options, because) => {
  await expect(simulate(bare, options)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `simulate: ${because}`,
  })
})

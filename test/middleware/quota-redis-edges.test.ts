import { client, ledgerOf, pipeline } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { quota, type QuotaOptions, status } from '@penstock/middleware'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { needs } from '../support/needs.ts'
import { startRedis } from '../support/redis.ts'

const hour = 3_600_000
const noon = Date.UTC(2026, 0, 1, 12)
const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind }) => kind.id) ?? []

/** A real Redis, and calls whose time stands still. */
needs('redis-server')('quota over Redis, by the clock of its calls', () => {
  async function redis() {
    const server = await startRedis()
    onTestFinished(() => server[Symbol.asyncDispose]())
    return server
  }
  function using(options: QuotaOptions) {
    const clock = virtualClock(noon)
    const budget = quota({ warnAt: 1, ...options })
    const transport = scriptedTransport(replies(200))
    const http = client({ pipeline: pipeline([budget, status()], transport), origin: 'https://api.example.com', clock })
    onTestFinished(() => http.close())
    const send = async (count: number) => {
      const outcomes = await Promise.all(Array.from({ length: count }, () => http.outcome({ path: '/' })))
      return outcomes.filter(({ code }) => code === 'STATUS_200').length
    }
    return { clock, http, send, budget, calls: transport.calls }
  }

  it('begins anew with the day, for all', async () => {
    const server = await redis()
    const [one, other] = [using({ limit: 4, redis: server.url }), using({ limit: 4, redis: server.url })]
    expect([await one.send(3), await other.send(3)]).toEqual([3, 1])
    await Promise.all([one.clock.advance(12 * hour), other.clock.advance(12 * hour)])

    expect([await one.send(3), await other.send(3)]).toEqual([3, 1])
    expect(one.budget.used().map(({ resetsAt }) => resetsAt)).toEqual([noon + 36 * hour])
    // both have left the day that is over
    const look = new Redis(server.url)
    onTestFinished(() => look.disconnect())
    const [over] = await look.keys('*2026-01-01}:counts')
    await expect.poll(() => look.hgetall(over!)).toMatchObject({ '@total': '4', 'p:gone': '4' })
  })

  it('has its share of a new day without Redis, by the processes there were', async () => {
    const server = await redis()
    const [one, other] = [using({ limit: 20, redis: server.url }), using({ limit: 20, redis: server.url })]
    await other.send(1)
    await one.send(1)
    await server.kill()
    await one.clock.advance(12 * hour)

    // nine tenths of 20, for two
    expect(await one.send(12)).toBe(9)
  })

  it('an aborted call leaves the wait for Redis at once, and takes nothing', async () => {
    const server = await redis()
    const { clock, http, send, budget, calls } = using({ limit: 9, redis: server.url })
    await send(1)
    server.freeze()
    onTestFinished(() => server.thaw())
    const controller = new AbortController()
    const call = http.get('/', { signal: controller.signal }).catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 20))
    controller.abort('enough')

    expect([await call, clock.now(), clock.timers, calls.length]).toEqual(['enough', 0, 0, 1])
    server.thaw()
    expect([await send(1), budget.used()[0]!.used]).toEqual([1, 2])
  })

  it('speaks once for all calls that wait', async () => {
    const server = await redis()
    const { send } = using({ limit: 1000, redis: server.url })
    await send(1)
    const look = new Redis(server.url)
    onTestFinished(() => look.disconnect())
    const scripts = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await look.info('commandstats'))![1])
    const before = await scripts()
    await send(200)

    expect((await scripts()) - before).toBeLessThanOrEqual(3)
  })

  it('keeps a budget in all for ever', async () => {
    const server = await redis()
    const one = using({ limit: 2, per: 'total', redis: server.url })
    expect(await one.send(3)).toBe(2)
    await one.clock.advance(1000 * hour)
    expect(await one.send(1)).toBe(0)
    const look = new Redis(server.url)
    onTestFinished(() => look.disconnect())
    const [key] = await look.keys('*:counts')

    expect([key!.endsWith(':total}:counts'), await look.pttl(key!)]).toEqual([true, -1])
  })

  it('counts without a limit, and tells nothing on a good day', async () => {
    const server = await redis()
    const { http, send, budget } = using({ redis: server.url })
    await send(3)
    const reply = await http.get('/')
    await server.kill()
    await expect.poll(async () => notesOf(await http.get('/'))).toEqual(['quota.alone'])

    expect(notesOf(reply)).toEqual([])
    expect(budget.used()[0]!.limit).toBe(Infinity)
  })

  it.each([
    ['one that connects just now', (url: string) => new Redis(url)],
    ['one that connects when it is used', (url: string) => new Redis(url, { lazyConnect: true })],
    ['one with a prefix of its own', (url: string) => new Redis(url, { keyPrefix: 'mine:' })],
  ])('takes a client of the user’s as it is: %s', async (_, made) => {
    const server = await redis()
    const theirs = made(server.url)
    onTestFinished(() => theirs.disconnect())

    expect(await using({ limit: 2, redis: theirs }).send(3)).toBe(2)
    expect(await using({ limit: 2, redis: theirs }).send(1)).toBe(0)
  })
})

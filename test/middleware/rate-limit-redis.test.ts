/** Several processes at one limit: layers that know of each other by a real Redis alone. */
import { client, ledgerOf, type Middleware, pipeline } from '@penstock/core'
import { later, replies, scriptedTransport, type Step } from '@penstock/core/testing'
import { rateLimit, type RateLimitOptions, status } from '@penstock/middleware'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { needs } from '../support/needs.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'

const ok = replies(200)
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const times = <Value>(count: number, make: (index: number) => Value) =>
  Array.from({ length: count }, (_, at) => make(at))

needs('redis-server')('rateLimit on Redis', () => {
  let server: RedisServer
  beforeAll(async () => (server = await startRedis()))
  afterAll(() => server[Symbol.asyncDispose]())

  /** A client with a layer of its own, as another process would have; all of a test share a limit. */
  function peer(options: RateLimitOptions<any> = {}, step: Step = ok, outer: readonly Middleware[] = []) {
    const at: number[] = []
    const transport = scriptedTransport((call) => (at.push(performance.now()), step(call)))
    const prefix = `${expect.getState().currentTestName}:`
    const paced = rateLimit({ limit: 20, redis: server.url, prefix, ...options })
    const http = client({
      pipeline: pipeline([...outer, paced, status()] as never, transport),
      origin: 'https://api.example.com',
    })
    onTestFinished(() => http.close({ within: 0 }))
    return { at, http, send: () => http.outcome({ path: '/private/path' }) }
  }
  async function redis() {
    const made = new Redis(server.url)
    made.on('error', () => {})
    onTestFinished(() => made.disconnect())
    await made.ping()
    return made
  }

  it('sends together what one may send, each in his turn', async () => {
    const [one, other] = [peer(), peer()]
    await Promise.all([one.send(), other.send()])
    await Promise.all([...times(6, one.send), ...times(6, other.send)])
    const all = [...one.at, ...other.at].toSorted((a, b) => a - b)

    // 13 turns of 52.5 ms
    expect(all.at(-1)! - all[0]!).toBeGreaterThan(13 * 52.5 - 10)
    expect(one.at.filter((at) => all.indexOf(at) < 8).length).toBeGreaterThanOrEqual(3)
    expect(other.at.filter((at) => all.indexOf(at) < 8).length).toBeGreaterThanOrEqual(3)
  })

  it('asks Redis once a turn at most', async () => {
    const watching = await redis()
    const { send } = peer({ limit: 200 })
    await send()
    const before = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await watching.info('commandstats'))?.[1])
    await Promise.all(times(60, send))
    const after = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await watching.info('commandstats'))?.[1])

    expect(after - before).toBeLessThanOrEqual(60)
  })

  it('gives the turn of a call that is aborted to another process', async () => {
    const options = { limit: 2, window: 600, guard: 0 }
    const [one, other] = [peer(options), peer(options)]
    await one.send()
    const over = new AbortController()
    const reason = { why: 'mine' }
    const gone = one.http.get('/private/path', { signal: over.signal })
    await sleep(50)
    over.abort(reason)
    await expect(gone).rejects.toBe(reason)
    await sleep(20)
    await other.send()

    expect(other.at[0]! - one.at[0]!).toBeGreaterThan(290)
    expect(other.at[0]! - one.at[0]!).toBeLessThan(450)
  })

  it('refuses at once what does not fit its deadline', async () => {
    const within: Middleware = (call, next) =>
      next(call.within({ after: 3000, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))
    const { http, send } = peer({ limit: 1, window: 10_000, guard: 0 }, ok, [within])
    await send()
    const from = performance.now()
    const outcome = await http.outcome({ path: '/private/path' })

    expect(outcome).toMatchObject({ code: 'RATE_WAIT', verdict: 'refused', sent: 'none' })
    expect(performance.now() - from).toBeLessThan(2000)
  })

  it('holds every process back when the server refuses one of them', async () => {
    const refuse = replies(429, { 'retry-after': '0.4' })
    const [one, other] = [peer({}, refuse), peer()]
    await other.send()
    await one.send()
    await sleep(20)
    await other.send()

    expect(other.at[1]! - one.at[0]!).toBeGreaterThan(380)
  })

  it('keeps nothing for ever, and names nobody', async () => {
    const watching = await redis()
    const { send } = peer()
    await send()
    const keys = await watching.keys('*keeps nothing for ever*')

    expect(keys.length).toBeGreaterThan(0)
    expect(keys.filter((key) => key.includes('private'))).toEqual([])
    expect(await Promise.all(keys.map((key) => watching.pttl(key)))).toEqual(keys.map(() => expect.closeTo(60_000, -3)))
  })

  it('goes on when the clock of Redis is set back', async () => {
    const watching = await redis()
    const { at, send } = peer()
    await send()
    const [state] = await watching.keys('*clock of Redis is set back*:state')
    const later = Date.now() + 3_600_000
    await watching.hset(state!, 'seen', later, 'even', later, 'hold', later)
    await sleep(400)
    await send()
    await send()

    // a turn had been asked for at the most, and one window is let pass
    expect(at[2]! - at[0]!).toBeLessThan(2500)
  })

  it('takes its leave when it is closed', async () => {
    const watching = await redis()
    const { http, send } = peer()
    await send()
    const [members] = await watching.keys('*takes its leave*:members')
    expect(await watching.zcard(members!)).toBe(1)
    await http.close()

    expect(await watching.zcard(members!)).toBe(0)
  })
})

needs('redis-server')('rateLimit while Redis is gone', () => {
  const options = (server: RedisServer): RateLimitOptions<any> => ({ limit: 20, redis: server.url })
  const started = async () => {
    const server = await startRedis()
    onTestFinished(() => server[Symbol.asyncDispose]())
    return server
  }
  function peer(given: RateLimitOptions<any>, step: Step = ok) {
    const at: number[] = []
    const transport = scriptedTransport((call) => (at.push(performance.now()), step(call)))
    const http = client({
      pipeline: pipeline([rateLimit(given), status()], transport),
      origin: 'https://api.example.com',
    })
    onTestFinished(() => http.close({ within: 0 }))
    return { at, http, send: () => http.outcome({ path: '/' }) }
  }

  it('says no when that is asked for, and goes on within two seconds of its return', async () => {
    const server = await started()
    const { send } = peer({ ...options(server), alone: 'refuse' })
    expect(await send()).toMatchObject({ verdict: 'ok' })
    await server.kill()
    await sleep(50)
    await send()

    expect(await send()).toMatchObject({
      verdict: 'refused',
      code: 'LIMIT_UNSHARED',
      layer: 'rateLimit',
      retryAfter: 1000,
    })
    await server.restart()
    const back = performance.now()
    while ((await send()).verdict !== 'ok') await sleep(20)
    expect(performance.now() - back).toBeLessThan(2000)
  })

  it('goes at its share of the limit, by the number of processes last seen, and says so', async () => {
    const server = await started()
    const [one, other] = [peer(options(server)), peer(options(server))]
    await Promise.all([one.send(), other.send(), one.send(), other.send()])
    // the other may have been connected later than all of this: now it is known
    await one.send()
    await server.kill()
    await sleep(20)
    one.at.length = 0
    const results = await Promise.all(times(5, () => one.http.get('/')))

    // half of 20 a second
    expect((one.at.at(-1)! - one.at[1]!) / 3).toBeGreaterThan(95)
    expect((one.at.at(-1)! - one.at[1]!) / 3).toBeLessThan(140)
    expect(ledgerOf(results[4])?.notes?.map(({ kind, facts }) => [kind.id, facts])).toContainEqual([
      'rateLimit.alone',
      { processes: 2 },
    ])
  })

  it('goes at the share it is told when it has seen nobody yet', async () => {
    const server = await started()
    await server.kill()
    const { at, send } = peer({ ...options(server), guard: 0, processes: 4 })
    await Promise.all(times(4, send))

    expect((at.at(-1)! - at[1]!) / 2).toBeGreaterThan(190)
    expect((at.at(-1)! - at[1]!) / 2).toBeLessThan(260)
  })

  it('uses Redis again within two seconds of its return', async () => {
    const server = await started()
    const { http, send } = peer({ ...options(server), limit: 50 })
    await send()
    await server.kill()
    await sleep(50)
    await send()
    const alone = async () =>
      ledgerOf(await http.get('/'))?.notes?.some(({ kind }) => kind.id === 'rateLimit.alone') ?? false
    expect(await alone()).toBe(true)
    await server.restart()
    const back = performance.now()
    while (await alone());
    expect(performance.now() - back).toBeLessThan(2000)
  })

  it('is not kept by a Redis that holds its connection and says nothing', async () => {
    const server = await started()
    const { send } = peer(options(server))
    await send()
    server.freeze()
    const from = performance.now()
    const outcome = await send()
    server.thaw()

    expect(outcome.verdict).toBe('ok')
    expect(performance.now() - from).toBeLessThan(3000)
  })

  it('rejects at once with the reason of its caller', async () => {
    const server = await started()
    const { http, send } = peer({ ...options(server), limit: 0.1, processes: 4 }, later(1, ok))
    await send()
    await server.kill()
    const over = new AbortController()
    const call = http.get('/', { signal: over.signal })
    await sleep(50)
    const from = performance.now()
    over.abort('mine')

    await expect(call).rejects.toBe('mine')
    expect(performance.now() - from).toBeLessThan(20)
  })
})

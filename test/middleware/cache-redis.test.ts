import { client, ledgerOf, pipeline } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { cache, type CacheOptions, status } from '@penstock/middleware'
import { redisStore } from '@penstock/middleware/stores/redis'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { serving } from '../support/loopback.ts'
import { needs } from '../support/needs.ts'
import { type Peer, startPeer } from '../support/peers.ts'
import { startRedis } from '../support/redis.ts'

/** Answers with how often it was asked; with 500 while it fails. */
async function counting() {
  let asked = 0
  let failing = false
  const server = await serving((_, response) => {
    asked++
    response.writeHead(failing ? 500 : 200, { 'content-type': 'text/plain' }).end(`answer ${asked}`)
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { origin: server.origin, asked: () => asked, fail: () => (failing = true) }
}

/** A store has 50 ms, which a busy machine may take by itself. */
const busy = { retry: 3 }

const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind, facts }) => [kind.id, facts]) ?? []

needs('redis-server')('cache over Redis', () => {
  async function redis() {
    const server = await startRedis()
    onTestFinished(() => server[Symbol.asyncDispose]())
    return server
  }
  /** A client of this process, with a layer of its own, as another process would have. */
  function using(origin: string, url: string, options: CacheOptions = {}) {
    const kept = cache({ store: redisStore({ redis: url }), partition: 'all', ...options })
    const http = client({ pipeline: pipeline([kept, status()], undiciTransport()), origin })
    onTestFinished(() => http.close())
    return { http, kept, written: () => expect.poll(() => kept.counts().kept + kept.counts().lost).toBe(1) }
  }
  async function reader(url: string) {
    const made = new Redis(url)
    onTestFinished(() => made.disconnect())
    return made
  }

  it('answers one process from what another has asked', busy, async () => {
    const [server, api] = [await redis(), await counting()]
    const setup = { origin: api.origin, redis: server.url, layer: 'cache', options: { partition: 'all' } } as const
    await using first = await startPeer(setup)
    await using second = await startPeer(setup)
    await first.calls(1, 0, ['/a'])
    // closing waits for what is being written, and lets the process end
    await first.close()
    const results = await second.calls(10, 0, ['/a'])

    expect([new Set(results.map(({ verdict }) => verdict)), api.asked(), first.exitCode]).toEqual([
      new Set(['ok']),
      1,
      0,
    ])
  })

  it('hits with the same body, and says from where and how old', busy, async () => {
    const [server, api] = [await redis(), await counting()]
    const one = using(api.origin, server.url)
    await one.http.get('/a')
    await one.written()
    const reply = await using(api.origin, server.url).http.get('/a')

    expect([await reply.text(), notesOf(reply)]).toEqual([
      'answer 1',
      [['cache.hit', { store: 'redis', age: expect.any(Number) }]],
    ])
  })

  it('keeps an answer no longer than it is of use, under a digest', busy, async () => {
    const [server, api] = [await redis(), await counting()]
    const one = using(api.origin, server.url, { ttl: 60_000, staleIfError: 40_000 })
    await one.http.get('/a?key=very-secret')
    await one.written()
    const redisItself = await reader(server.url)
    const keys = await redisItself.keys('*')

    expect(keys).toEqual([expect.stringMatching(/^penstock:[0-9a-f]{64}$/)])
    expect(await redisItself.pttl(keys[0]!)).toSatisfy((left: number) => left > 95_000 && left <= 100_000)
  })

  it.each([
    ['cut short', (value: Buffer) => value.subarray(0, -5)],
    ['changed', (value: Buffer) => Buffer.from(String(value).replace('answer 1', 'answer 9'))],
    ['somebody else’s', () => Buffer.from('something')],
  ])('takes an entry that is %s for a miss, says so, and replaces it', busy, async (_, spoil) => {
    const [server, api] = [await redis(), await counting()]
    const one = using(api.origin, server.url)
    await one.http.get('/a')
    await one.written()
    const redisItself = await reader(server.url)
    const [key] = await redisItself.keys('*')
    await redisItself.set(key!, spoil((await redisItself.getBuffer(key!))!))
    const other = using(api.origin, server.url)
    const reply = await other.http.get('/a')
    await other.written()

    expect([await reply.text(), notesOf(reply)]).toEqual(['answer 2', [['cache.corrupt', { store: 'redis' }]]])
    expect(await (await one.http.get('/a')).text()).toBe('answer 2')
  })

  it('stands in with what is old when the server fails', busy, async () => {
    const [server, api] = [await redis(), await counting()]
    const one = using(api.origin, server.url, { ttl: 1, staleIfError: 60_000 })
    await one.http.get('/a')
    await one.written()
    api.fail()
    const reply = await using(api.origin, server.url, { ttl: 1, staleIfError: 60_000 }).http.get('/a')

    expect([await reply.text(), notesOf(reply)]).toEqual([
      'answer 1',
      [['cache.stands_in', { store: 'redis', age: expect.any(Number), code: 'STATUS_500' }]],
    ])
  })

  it('takes a Redis that is silent for 50 ms for a miss, and says so', busy, async () => {
    const [server, api] = [await redis(), await counting()]
    const one = using(api.origin, server.url)
    await one.http.get('/a')
    await one.written()
    server.freeze()
    onTestFinished(() => server.thaw())
    const from = performance.now()
    const reply = await one.http.get('/a')

    expect([await reply.text(), notesOf(reply)[0]]).toEqual(['answer 2', ['cache.slow', { store: 'redis', wait: 50 }]])
    expect(performance.now() - from).toBeLessThan(500)
  })

  it('answers every call while Redis is killed and restarted, and hits again within 2 s', busy, async () => {
    const [server, api] = [await redis(), await counting()]
    const setup = { origin: api.origin, redis: server.url, layer: 'cache', options: { partition: 'all' } } as const
    const both = await Promise.all([startPeer(setup), startPeer(setup)])
    const asksNothing = async (peer: Peer) => {
      const was = api.asked()
      await peer.calls(5, 0, ['/a'])
      return api.asked() === was
    }
    onTestFinished(async () => void (await Promise.all(both.map((peer) => peer[Symbol.asyncDispose]()))))
    await both[0].calls(1, 0, ['/a'])
    const running = both.map((peer) => peer.calls(300, 10, ['/a']))
    // these go beside the others, and end in their midst
    await Promise.all(both.map((peer) => peer.calls(30, 10, ['/a'])))
    const before = api.asked()
    await server.kill()
    await expect.poll(() => api.asked() - before).toBeGreaterThan(20)
    await server.restart()
    const from = performance.now()
    await expect.poll(() => asksNothing(both[1]), { timeout: 5000 }).toBe(true)
    const back = performance.now() - from
    const results = await Promise.all(running)
    await Promise.all(both.map((peer) => peer.close()))

    expect(new Set(results.flat().map(({ verdict }) => verdict))).toEqual(new Set(['ok']))
    expect([before < 5, back < 2000]).toEqual([true, true])
    expect(Math.max(...results.flat().map(({ took }) => took))).toBeLessThan(1000)
    expect(both.map(({ unhandled, exitCode }) => [unhandled, exitCode])).toEqual(both.map(() => [[], 0]))
  })
})

import { ConfigError } from '@penstock/core'
import { redisStore } from '@penstock/middleware/stores/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { needs } from '../support/needs.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'

needs('redis-server')('redisStore', () => {
  let server: RedisServer
  beforeAll(async () => (server = await startRedis()))
  afterAll(() => server[Symbol.asyncDispose]())

  function opened(options: object = {}) {
    const store = redisStore({ redis: server.url, prefix: `${expect.getState().currentTestName}:`, ...options })
    onTestFinished(() => store.close!())
    return store
  }
  /** Asks until Redis answers again. @returns milliseconds that took */
  async function answering(store: ReturnType<typeof opened>) {
    const from = performance.now()
    while (
      await store.get('a').then(
        () => false,
        () => true,
      )
    )
      await new Promise((resolve) => setTimeout(resolve, 10))
    return performance.now() - from
  }
  async function client() {
    const made = new Redis(server.url)
    made.on('error', () => {})
    onTestFinished(() => made.disconnect())
    await made.ping()
    return made
  }

  it('gives another store the bytes that one kept, until they are deleted', async () => {
    const kept = Buffer.from([0, 10, 255, 10])
    await opened().set('a', kept, { ttl: Infinity })

    expect(await opened().get('a')).toEqual(kept)
    await opened().delete('a')
    expect(await opened().get('a')).toBeUndefined()
    await expect(opened().delete('a')).resolves.toBeUndefined()
  })

  it('forgets what has come to its end, by the clock of Redis', async () => {
    const store = opened({ prefix: 'ends:' })
    const redis = await client()
    await store.set('a', Buffer.from('1'), { ttl: 60_000.5 })
    await store.set('b', Buffer.from('1'), { ttl: 0.2 })
    await store.set('c', Buffer.from('1'), { ttl: Infinity })

    expect(await redis.pttl('ends:a')).toBeGreaterThan(59_000)
    expect(await redis.pttl('ends:b')).toBeLessThanOrEqual(1)
    expect(await redis.pttl('ends:c')).toBe(-1)
  })

  it('keeps a slice of a larger memory as the slice it is', async () => {
    const store = opened()
    await store.set('a', Buffer.from('xabcx').subarray(1, 4), { ttl: 1000 })

    expect(String(await store.get('a'))).toBe('abc')
  })

  it('locks for one, until he gives it back or his lease is over', async () => {
    const [one, other] = [opened(), opened()]
    const back = await one.lock!('a', { lease: 60_000 })
    expect(await other.lock!('a', { lease: 60_000 })).toBeUndefined()
    await back!()
    const brief = await other.lock!('a', { lease: 1 })
    await new Promise((resolve) => setTimeout(resolve, 5))
    const late = await one.lock!('a', { lease: 60_000 })
    expect(late).toBeTypeOf('function')

    // what the lease has taken is not given back in another's name
    await brief!()
    expect(await other.lock!('a', { lease: 60_000 })).toBeUndefined()
  })

  it.each(['an address', 'a client of the user’s'])(
    'over %s it fails at once while Redis is gone, and is back by itself',
    async (kind) => {
      const redis = kind === 'an address' ? server.url : await client()
      const store = opened({ redis })
      await store.set('a', Buffer.from('1'), { ttl: 60_000 })
      await server.kill()
      const from = performance.now()
      const failed = await Promise.allSettled(Array.from({ length: 500 }, () => store.get('a')))
      expect(performance.now() - from).toBeLessThan(500)
      expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(['rejected']))
      await server.restart()

      expect(await answering(store)).toBeLessThan(2000)
      // nothing was queued and done later
      expect(await store.get('a')).toBeUndefined()
    },
  )

  it('gives up on a Redis that says nothing, and is back when it speaks again', async () => {
    const store = opened()
    await store.set('a', Buffer.from('1'), { ttl: 60_000 })
    server.freeze()
    onTestFinished(() => server.thaw())
    await expect(store.get('a')).rejects.toThrow('Redis: GET: no answer within 1000 ms')
    const many = await Promise.allSettled(Array.from({ length: 1100 }, () => store.get('a')))
    expect(
      many.map(({ reason }: any) => String(reason)).filter((why) => why.includes('1024 commands are under way')),
    ).toHaveLength(76)
    server.thaw()

    expect(await answering(store)).toBeLessThan(2000)
    expect(String(await store.get('a'))).toBe('1')
  })

  it('says in a rejection nothing of what was sent', async () => {
    const redis = await client()
    await redis.lpush('list:a', 'x')
    const error = await opened({ prefix: 'list:' })
      .get('a')
      .catch((caught: unknown) => caught)

    expect({ ...(error as object), message: String(error) }).toEqual({ message: 'Error: Redis: GET: WRONGTYPE' })
  })

  it('closes a connection of its own and opens another when it is used again; the user’s stays open', async () => {
    const [redis, own] = [await client(), opened()]
    const theirs = opened({ redis })
    const connected = async () => ((await redis.client('LIST')) as string).trim().split('\n').length
    const before = await connected()
    await own.get('a')
    expect(await connected()).toBe(before + 1)
    await own.close!()
    await theirs.close!()
    await expect.poll(connected).toBe(before)
    await own.get('a')
    await theirs.get('a')
    expect(await connected()).toBe(before + 1)
  })

  it('fails at once where there never was a Redis', async () => {
    const store = opened({ redis: 'redis://127.0.0.1:1' })

    await expect(store.get('a')).rejects.toThrow('Redis: connect: the connection broke')
    await expect(store.get('a')).rejects.toThrow(/^Redis/)
  })

  it('refuses an address that is none, without showing it', () => {
    expect(() => redisStore({ redis: 'http://user:a-password@host' })).toThrow(
      new ConfigError('CONFIG_INVALID', 'redisStore(): redis is no URL of a Redis: write it as redis://127.0.0.1:6379'),
    )
  })
})

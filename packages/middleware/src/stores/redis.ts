import { randomUUID } from 'node:crypto'
import { ConfigError } from '@penstock/core'
import type { RedisLike } from '../redis/client.ts'
import { RedisConnection } from '../redis/connection.ts'
import { script } from '../redis/script.ts'
import type { Store } from './store.ts'

export type { RedisLike, Store }

export type RedisStoreOptions = {
  /** A client of ioredis, which stays yours, or an address, `redis://127.0.0.1:6379`: connected when it is first used. */
  readonly redis: RedisLike | string
  /** Stands before every key. @default 'penstock:' */
  readonly prefix?: string
  /** What to call it in notes. @default 'redis' */
  readonly name?: string
}

/** Whoever took a lock gives it back; what has become another's stays. */
const release = script(`if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`)

/**
 * Keep bytes in Redis, for every process that asks it. While Redis is gone each command fails at once, which a layer takes
 * for a miss; nothing waits for its return. Others may read what lies there: a layer that keeps secrets encrypts them.
 *
 * @throws ConfigError when the address is none; `MISSING_PEER` when there is one and ioredis is not installed
 * @example
 * ```ts
 * import { cache } from '@penstock/middleware'
 * import { redisStore } from '@penstock/middleware/stores/redis'
 *
 * const kept = cache({ store: redisStore({ redis: 'redis://127.0.0.1:6379' }), partition: 'everybody' })
 * ```
 */
export function redisStore({ redis, prefix = 'penstock:', name = 'redis' }: RedisStoreOptions): Store {
  if (typeof prefix !== 'string') throw new ConfigError('CONFIG_INVALID', 'redisStore: prefix is no text')
  const connection = new RedisConnection(redis, 'redisStore()')
  return {
    name,
    exposed: true,
    get: async (key) => ((await connection.read('GET', prefix + key)) as Uint8Array | null) ?? undefined,
    async set(key, value, { ttl }) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
      // Redis takes whole milliseconds, and none below one
      const life = ttl < 2 ** 52 ? ['PX', Math.max(1, Math.floor(ttl))] : []
      await connection.send('SET', prefix + key, bytes, ...life)
    },
    delete: async (key) => void (await connection.send('DEL', prefix + key)),
    async lock(key, { lease }) {
      const lock = `${prefix}${key}:lock`
      const owner = randomUUID()
      if ((await connection.send('SET', lock, owner, 'NX', 'PX', lease)) !== 'OK') return undefined
      return async () => void (await connection.run(release, [lock], [owner]))
    },
    close: async () => connection.close(),
  }
}

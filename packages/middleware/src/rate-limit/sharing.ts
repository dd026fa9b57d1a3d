import { createHash, randomUUID } from 'node:crypto'
import { type Clock, ConfigError } from '@penstock/core'
import type { RedisLike } from '../redis/client.ts'
import { RedisConnection } from '../redis/connection.ts'
import type { Drop } from './pacer.ts'
import { RedisGate } from './redis-gate.ts'

type Options = {
  readonly redis: RedisLike | string
  readonly prefix?: string
  readonly alone?: 'share' | 'refuse'
  readonly processes?: number
  readonly window: number
  readonly guard: number
  readonly headers: string
  readonly name: string
  readonly drop: Drop
}

export type RedisGateOptions = {
  readonly connection: RedisConnection
  readonly keys: readonly string[]
  /** This process. */
  readonly me: string
  readonly limit: number
  readonly window: number
  readonly guard: number
  /** What to do while Redis is gone. */
  readonly alone: 'share' | 'refuse'
  /** Processes to share with before Redis has told how many there are. */
  readonly processes: number
  readonly name: string
  readonly drop: Drop
}

/** What makes one limit of several processes. @throws ConfigError for what cannot work, or without ioredis */
export function sharing(options: Options) {
  const { redis, prefix = 'penstock:rate:', alone = 'share', processes = 1, headers, ...rest } = options
  if (typeof prefix !== 'string') throw invalid('prefix is no text')
  if (alone !== 'share' && alone !== 'refuse') throw invalid(`alone is ${String(alone)}: give share or refuse`)
  if (!(processes >= 1 && processes < Infinity)) throw invalid(`processes is ${processes}: give a number from 1 up`)
  if (headers === 'follow') throw invalid('headers is follow: processes share a limit that all know, so give it')
  const connection = new RedisConnection(redis, 'rateLimit()')
  const me = randomUUID()

  return {
    gate: (limit: number, key: string, clock: Clock): RedisGate => {
      const { name, window, guard, drop } = rest
      // a key may be long, and may say more than others have to see
      const digest = createHash('sha256').update(`${name} ${window} ${key}`).digest('hex').slice(0, 32)
      const keys = ['state', 'log', 'free', 'members'].map((part) => `${prefix}{${digest}}:${part}`)
      return new RedisGate({ connection, keys, me, limit, window, guard, alone, processes, name, drop }, clock)
    },
    whenReady: (tell: () => void) => connection.whenReady(tell),
    close: () => connection.close(),
  }
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `rateLimit: ${because}`)

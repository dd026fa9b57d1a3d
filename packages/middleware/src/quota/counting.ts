import { createHash } from 'node:crypto'
import type { RedisLike } from '../redis/client.ts'
import { RedisConnection } from '../redis/connection.ts'
import type { Store } from '../stores/store.ts'
import { silence } from './exchange.ts'
import { LocalTally } from './local-tally.ts'
import type { Period } from './period.ts'
import { RedisTally } from './redis-tally.ts'
import { Tallies } from './tallies.ts'
import type { Tally } from './tally.ts'

type Options = {
  readonly limit: number
  readonly keys: number
  readonly periodAt: (date: number) => Period
  readonly whenGone: 'share' | 'refuse'
  readonly store: Store | undefined
  readonly redis: RedisLike | string | undefined
  readonly prefix: string
  readonly name: string
}

export type Counting = Iterable<[key: string, tally: Tally]> & Pick<Tallies<Tally>, 'of' | 'close'>

/** Tallies of this process, or of all that use a Redis. @throws ConfigError when that is none, or ioredis is missing */
export function counting({ limit, keys, periodAt, whenGone, store, redis, prefix, name }: Options): Counting {
  const settings = { limit, whenGone, name }
  if (redis === undefined) {
    const tallies = new Tallies(
      keys,
      periodAt,
      (key, period) => new LocalTally({ ...settings, period, store, place: `quota-${placeOf(key, period)}` }),
    )
    return closing(tallies, () => store?.close?.())
  }
  const connection = new RedisConnection(redis, 'quota()', silence)
  const tallies = new Tallies<RedisTally>(keys, periodAt, (key, period, before) => {
    // braces: both keys of a tally stand on one node of a cluster
    const place = `${prefix}quota:{${placeOf(key, period)}}`
    return new RedisTally({ ...settings, period, connection, place, processes: before?.processes })
  })
  return closing(tallies, () => connection.close())
}

function closing<Kind extends Tally>(tallies: Tallies<Kind>, close: () => unknown): Counting {
  return {
    of: (key, clock) => tallies.of(key, clock),
    [Symbol.iterator]: () => tallies[Symbol.iterator](),
    async close() {
      await tallies.close()
      await close()
    },
  }
}

/** A URL may tell of whom it is. */
const placeOf = (key: string, { id }: Period): string =>
  `${createHash('sha256').update(key).digest('hex').slice(0, 32)}:${id}`

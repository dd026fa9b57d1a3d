import type { RedisConnection } from '../redis/connection.ts'
import { script } from '../redis/script.ts'

/** What a process tells the others, and wants. */
export type Telling = {
  /** Under which its count stands. */
  readonly me: string
  /** What it has used and has under way: the whole count, so that telling it twice changes nothing. */
  readonly mine: number
  /** Calls it would like to make. */
  readonly want: number
  /** Below zero for none. */
  readonly limit: number
  readonly parkedUntil: number
  /** Milliseconds that the count is kept; 0 for ever. */
  readonly life: number
  /** The name of the data that it last saw; '' for none. */
  readonly epoch: string
  /** A name for new data. */
  readonly fresh: string
  /** Its count is added to those of processes that are gone, and its name forgotten. */
  readonly leaves: boolean
  /** What others had used when it last heard of them: put where Redis has lost it. Names and counts in turn. */
  readonly restores: readonly (string | number)[] | undefined
}

export type Told = {
  readonly epoch: string
  readonly granted: number
  /** Of all processes, what was just granted included. */
  readonly total: number
  /** Processes that were heard of within 5 s. */
  readonly processes: number
  readonly parkedUntil: number
  /** Milliseconds since Redis lost its data and processes began to restore it; below zero when it did not. */
  readonly lostAgo: number
  /** Names and counts in turn; undefined when there are too many to tell each time. */
  readonly counts: readonly string[] | undefined
}

/**
 * Every process has a field of its own, which it sets as a whole; what all have used is their sum. So Redis may lose all:
 * each brings its own again, and the first one brings what it knew of the others.
 */
const exchange = script(`
local counts, live = KEYS[1], KEYS[2]
local me, mine, want, limit, parked, life = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local known, fresh, leaves, restores = ARGV[7], ARGV[8], ARGV[9] == '1', ARGV[10] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local epoch = redis.call('HGET', counts, '@epoch')
if known ~= '' and known ~= epoch and not restores then return 'lost' end
if not epoch then
  epoch = fresh
  redis.call('HSET', counts, '@epoch', epoch)
end
if restores then
  redis.call('HSETNX', counts, '@lost', now)
  for at = 11, #ARGV, 2 do
    if redis.call('HSETNX', counts, ARGV[at], ARGV[at + 1]) == 1 then redis.call('HINCRBY', counts, '@total', ARGV[at + 1]) end
  end
end

local total = redis.call('HINCRBY', counts, '@total', mine - tonumber(redis.call('HGET', counts, me) or 0))
local granted = want
if limit >= 0 then granted = math.max(0, math.min(want, limit - total)) end
if granted > 0 then total = redis.call('HINCRBY', counts, '@total', granted) end
redis.call('HSET', counts, me, mine + granted)
if parked > tonumber(redis.call('HGET', counts, '@parked') or 0) then redis.call('HSET', counts, '@parked', parked) end

redis.call('ZADD', live, now, me)
if leaves then
  redis.call('HINCRBY', counts, 'p:gone', mine)
  redis.call('HDEL', counts, me)
  redis.call('ZREM', live, me)
end
redis.call('ZREMRANGEBYSCORE', live, '-inf', now - 5000)
if life > 0 then
  redis.call('PEXPIRE', counts, life)
  redis.call('PEXPIRE', live, life)
end

local lost = redis.call('HGET', counts, '@lost')
local told = { epoch, granted, total, redis.call('ZCARD', live), redis.call('HGET', counts, '@parked') or 0, lost and now - lost or -1 }
if redis.call('HLEN', counts) <= 40 then told[7] = redis.call('HGETALL', counts) end
return told
`)

/** @returns 'lost' when Redis has other data than it had: to be told again, with `restores` */
export async function exchanged(
  connection: RedisConnection,
  keys: readonly [counts: string, live: string],
  telling: Telling,
): Promise<Told | 'lost'> {
  const { me, mine, want, limit, parkedUntil, life, epoch, fresh, leaves, restores } = telling
  const flags = [leaves ? 1 : 0, restores === undefined ? 0 : 1]
  const args = [me, mine, want, limit, parkedUntil, life, epoch, fresh, ...flags, ...(restores ?? [])]
  const told = (await connection.run(exchange, keys, args)) as [string, ...unknown[]] | 'lost'
  if (told === 'lost') return told
  const [granted, total, processes, parked, lostAgo] = told.slice(1, 6).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  return {
    epoch: told[0],
    granted,
    total,
    processes,
    parkedUntil: parked,
    lostAgo,
    counts: told[6] as string[] | undefined,
  }
}

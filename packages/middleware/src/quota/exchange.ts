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
  /** Of its share, what it may still use before the answer has come: kept for it until it tells again. Below zero when it uses none. */
  readonly alone: number
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
  /** Processes that were heard of within a minute. */
  readonly processes: number
  /** Of what is left, what this process may take without asking, should Redis be gone. */
  readonly share: number
  readonly parkedUntil: number
  /** Redis has lost its data a moment ago, and not all have told again: nothing is granted, each keeps to its share. */
  readonly isRestoring: boolean
  /** Names and counts in turn; undefined when there are too many to tell each time. */
  readonly counts: readonly string[] | undefined
}

/** Milliseconds without a word after which a process takes to its share. It is kept for it from then on, for a minute. */
export const silence = 1500

/** Part of what is left that processes share without Redis: who heard of it last knows less than is used by then. */
export const shared = 0.9

/** Milliseconds that processes have to tell their counts after Redis has lost them. */
const grace = 1000

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
  for at = 15, #ARGV, 2 do
    if redis.call('HSETNX', counts, ARGV[at], ARGV[at + 1]) == 1 then redis.call('HINCRBY', counts, '@total', ARGV[at + 1]) end
  end
end

for _, name in ipairs(redis.call('ZRANGEBYSCORE', live, '-inf', now - 60000)) do
  redis.call('ZREM', live, name)
  redis.call('HDEL', counts, 's:' .. name)
end
local silence, alone = tonumber(ARGV[11]), tonumber(ARGV[13])
local lost = redis.call('HGET', counts, '@lost')
local restoring = lost and now - lost < tonumber(ARGV[12])
-- what it may use by itself is kept for it, as for one that is silent, until its next word
local seen = now
if alone >= 0 then seen = now - silence end
redis.call('ZADD', live, seen, me)
local processes = redis.call('ZCARD', live)

local total = redis.call('HINCRBY', counts, '@total', mine - tonumber(redis.call('HGET', counts, me) or 0))
local granted, share = want, -1
if limit >= 0 then
  local left = limit - total
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', live, '-inf', now - silence)) do
    if name ~= me then left = left - tonumber(redis.call('HGET', counts, 's:' .. name) or 0) end
  end
  granted = math.max(0, math.min(want, left))
  if restoring or alone >= 0 then granted = 0 end
  share = math.max(0, math.floor((left - granted) * ARGV[14] / processes))
  if alone >= 0 then share = alone end
  redis.call('HSET', counts, 's:' .. me, share)
end
if granted > 0 then total = redis.call('HINCRBY', counts, '@total', granted) end
redis.call('HSET', counts, me, mine + granted)
if parked > tonumber(redis.call('HGET', counts, '@parked') or 0) then redis.call('HSET', counts, '@parked', parked) end

if leaves then
  redis.call('HINCRBY', counts, 'p:gone', mine)
  redis.call('HDEL', counts, me, 's:' .. me)
  redis.call('ZREM', live, me)
end
if life > 0 then
  redis.call('PEXPIRE', counts, life)
  redis.call('PEXPIRE', live, life)
end

local told = { epoch, granted, total, processes, share, redis.call('HGET', counts, '@parked') or 0, restoring and 1 or 0 }
if redis.call('HLEN', counts) <= 80 then told[8] = redis.call('HGETALL', counts) end
return told
`)

/** @returns 'lost' when Redis has other data than it had: to be told again, with `restores` */
export async function exchanged(
  connection: RedisConnection,
  keys: readonly [counts: string, live: string],
  telling: Telling,
): Promise<Told | 'lost'> {
  const { me, mine, want, limit, parkedUntil, life, epoch, fresh, leaves, alone, restores } = telling
  const flags = [leaves ? 1 : 0, restores === undefined ? 0 : 1]
  const args = [
    me,
    mine,
    want,
    limit,
    parkedUntil,
    life,
    epoch,
    fresh,
    ...flags,
    silence,
    grace,
    alone,
    shared,
    ...(restores ?? []),
  ]
  const told = (await connection.run(exchange, keys, args)) as [string, ...unknown[]] | 'lost'
  if (told === 'lost') return told
  const [granted, total, processes, share, parked, restoring] = told.slice(1, 7).map(Number) as Six
  const counts = told[7] as string[] | undefined
  return { epoch: told[0], granted, total, processes, share, parkedUntil: parked, isRestoring: restoring === 1, counts }
}

type Six = [number, number, number, number, number, number]

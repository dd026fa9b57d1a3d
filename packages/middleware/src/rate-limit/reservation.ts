import { script } from '../redis/script.ts'

/**
 * Turns that several processes take from one schedule, by the clock of Redis. What `Schedule` keeps in memory is kept here:
 * `even`, when the next may go; a log of departures, planned ones first and moved to when they really went; and turns that
 * were given back, for whoever asks next. After Redis was gone all go on at the share they had alone, for two seconds, so
 * that nobody takes the whole while others do not know yet that it is back.
 */
export const reservation = script(`
local state, log, free, members = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local me, limit, window, least = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local count, returns, own, share = tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7]), tonumber(ARGV[8])
local refusedAt, after = tonumber(ARGV[9]), tonumber(ARGV[10])

local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local kept = math.max(1, math.min(math.floor(limit), 256))
local s = redis.call('HMGET', state, 'even', 'guard', 'warm', 'id', 'seen', 'pushed', 'hold', 'share', 'step')
local seen = tonumber(s[5] or now)
if now < seen - 1000 then
  -- the clock of Redis was set back: what is known is of a time to come
  redis.call('DEL', state, log, free, members)
  s = { now + window }
end
local even, guard, warm = tonumber(s[1] or now), math.max(least, tonumber(s[2] or least)), tonumber(s[3] or 0)
local id, pushed, hold, shared = tonumber(s[4] or 0), tonumber(s[6] or 0), tonumber(s[7] or 0), tonumber(s[8] or 1)
local step = tonumber(s[9] or 0)
if returns then
  shared = math.max(share, warm > now and shared or 1)
  warm = now + 2000
end

redis.call('ZADD', members, now, me)
redis.call('ZREMRANGEBYSCORE', members, '-inf', now - math.max(10000, 2 * window, 16 * (window + guard) / limit))
local all, rank = redis.call('ZRANGE', members, 0, -1), 0
for i = 1, #all do
  if all[i] < me then rank = rank + 1 end
end
local processes = #all
if warm > now then processes = math.max(processes, shared) end

local at = 11
local late = tonumber(ARGV[at])
for i = at + 1, at + 2 * late, 2 do redis.call('ZADD', log, 'XX', ARGV[i + 1], ARGV[i]) end
at = at + 2 * late + 1
for i = at + 1, at + tonumber(ARGV[at]) do
  local score = tonumber(redis.call('ZSCORE', log, ARGV[i]) or 0)
  if score > now then
    redis.call('ZREM', log, ARGV[i])
    redis.call('ZADD', free, score, ARGV[i])
  end
end

if refusedAt >= 0 or after >= 0 then
  local news = refusedAt >= pushed
  if news then
    pushed = now
    guard = math.min(window, guard + 25)
  end
  if after < 0 then after = news and math.min(window, 2 * (guard - least)) or 0 end
  hold = math.max(hold, now + after)
  even = math.max(even, hold)
end

local spacing = (window + guard) / limit
redis.call('ZREMRANGEBYSCORE', free, '-inf', math.max(now, hold))
local grants = {}
for i = 1, count do
  local given = redis.call('ZRANGE', free, 0, 0, 'WITHSCORES')
  local turn
  if given[1] and warm <= now then
    redis.call('ZREM', free, given[1])
    turn = tonumber(given[2])
  else
    if warm > now and own > 0 then
      turn = math.max(own + (i - 1) * spacing * processes, now)
      even = math.max(even, turn + spacing)
    else
      turn = math.max(even, now)
      even = math.max(even, now - math.min(spacing, window / 8)) + spacing
      step = step + 1
    end
    local oldest = redis.call('ZREVRANGE', log, kept - 1, kept - 1, 'WITHSCORES')
    if oldest[2] then turn = math.max(turn, oldest[2] + kept * spacing) end
    turn = math.max(turn, hold)
  end
  id = id + 1
  guard = math.max(least, guard - 0.08)
  -- a Redis that was started anew counts from the beginning: whose turn it is keeps them apart
  local name = id .. ':' .. string.sub(me, 1, 8)
  redis.call('ZADD', log, turn, name)
  grants[#grants + 1] = name
  grants[#grants + 1] = string.format('%.3f', turn)
end
redis.call('ZREMRANGEBYRANK', log, 0, -kept - 65)
redis.call('HSET', state, 'even', string.format('%.3f', even), 'guard', guard, 'warm', warm, 'id', id, 'seen', now,
  'pushed', pushed, 'hold', hold, 'share', shared, 'step', step)
local life = math.ceil(math.max(60000, 4 * window, hold - now + window, even - now + window))
for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], life) end
if warm > now then rank = -1 end
return { string.format('%.3f', now), tostring(guard), processes, string.format('%.3f', hold), string.format('%.3f', even),
  (rank - step) % processes, rank, unpack(grants) }
`)

/** Says goodbye: its turns are others'. */
export const farewell = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
for i = 2, #ARGV do
  local score = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[i]) or 0)
  if score > now and redis.call('ZREM', KEYS[2], ARGV[i]) == 1 then redis.call('ZADD', KEYS[3], score, ARGV[i]) end
end
return redis.call('ZREM', KEYS[4], ARGV[1])
`)

/** What a process asks for, and tells. Times by the clock of Redis. */
export type Asked = {
  readonly me: string
  readonly limit: number
  readonly window: number
  readonly guard: number
  readonly count: number
  /** It went alone until now. */
  readonly returns: boolean
  /** When it would go next by its own share; 0 when it has not gone yet. */
  readonly own: number
  /** Processes that it knew of when it went alone. */
  readonly share: number
  /** When the one went that the server refused; -1 when none was. */
  readonly refusedAt: number
  /** Milliseconds for which the server takes no more; -1 when it did not say. */
  readonly after: number
  /** Turns that came late, and when. */
  readonly late: readonly (readonly [id: string, at: number])[]
  /** Turns that nobody wants any more. */
  readonly back: readonly string[]
}

export const argumentsOf = (asked: Asked): (string | number)[] => [
  asked.me,
  asked.limit,
  asked.window,
  asked.guard,
  asked.count,
  asked.returns ? 1 : 0,
  asked.own,
  asked.share,
  asked.refusedAt,
  asked.after,
  asked.late.length,
  ...asked.late.flat(),
  asked.back.length,
  ...asked.back,
]

/** A turn of one's own. */
export type Grant = { readonly id: string; readonly at: number }

export type Granted = {
  readonly now: number
  readonly guard: number
  readonly processes: number
  /** Nobody goes before. */
  readonly hold: number
  /** The next turn that nobody has, and how many after it would be this one's if all took one in a fixed order. */
  readonly even: number
  readonly place: number
  /** False when the order is not known, because others may not have come back yet. */
  readonly ordered: boolean
  readonly grants: readonly Grant[]
}

export function grantedOf(reply: unknown): Granted {
  const [now, guard, processes, hold, even, place, rank, ...rest] = reply as readonly (string | number)[]
  const grants: Grant[] = []
  for (let at = 0; at < rest.length; at += 2) grants.push({ id: String(rest[at]), at: Number(rest[at + 1]) })
  return {
    now: Number(now),
    guard: Number(guard),
    processes: Number(processes),
    hold: Number(hold),
    even: Number(even),
    place: Number(place),
    ordered: Number(rank) >= 0,
    grants,
  }
}

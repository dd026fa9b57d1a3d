import { type Call, layer, type Next, notes, type Outcome } from '@penstock/core'
import { countedTogether } from './pace/counted-together.ts'
import { admission } from './quota/admission.ts'
import { isBilled } from './quota/billed.ts'
import { checked } from './quota/checked.ts'
import { counting } from './quota/counting.ts'
import { resting } from './quota/resting.ts'
import type { Tally } from './quota/tally.ts'
import type { RedisLike } from './redis/client.ts'
import type { Store } from './stores/store.ts'

export type QuotaUse = {
  readonly key: string
  /** Calls that count, and those under way. */
  readonly used: number
  /** `Infinity` without one. */
  readonly limit: number
  /** By the wall clock; `Infinity` for never. */
  readonly resetsAt: number
  /** By the wall clock; 0 unless the server has said that nothing is left. */
  readonly parkedUntil: number
}

export type QuotaOptions<Name extends string = 'quota'> = {
  /** Calls that a period allows. @default none: a key only rests when the server says that its quota is used */
  readonly limit?: number
  /** @default 'day' */
  readonly per?: 'day' | 'total'
  /** Whose midnight ends a day, an IANA name: Baidu's is 'Asia/Shanghai'. @default 'UTC' */
  readonly zone?: string
  /** What is counted together. @default the account that `token` or `credential` gives, and the endpoint's id or the URL without its query */
  readonly key?: (call: Call<any>) => string
  /** Whether a call counts. @default by the endpoint's `billed`: what the server accepted */
  readonly counts?: (outcome: Outcome, call: Call<any>) => boolean
  /** Keeps the counts of this process, for it alone. Closed with the pipeline. @default memory alone */
  readonly store?: Store
  /** Counts together with all processes on this Redis: a client of ioredis, or a URL. */
  readonly redis?: RedisLike | string
  /** Stands before every key in Redis. @default 'penstock:' */
  readonly prefix?: string
  /** Without its store or Redis: `share` goes on with this process's part of what is left, `refuse` does not. @default 'share' */
  readonly whenGone?: 'share' | 'refuse'
  /** Part of the limit from which on `onWarn` is told, once a period. @default 0.8 */
  readonly warnAt?: number
  readonly onWarn?: (use: QuotaUse) => void
  /** Keys that are kept; the oldest is forgotten first, and its count with it unless a store or Redis keeps it. @default 1024 */
  readonly keys?: number
  /** @default 'quota' */
  readonly name?: Name
}

export type QuotaHandles = {
  /** What this process knows of each key it has used. */
  used(): readonly QuotaUse[]
}

const says = notes('quota', {
  parks: ['the quota is used: nobody calls for {wait:ms}', '额度已用尽：{wait:ms} 内不再调用'],
  warns: ['{used} of {limit} calls are used', '已用 {used}/{limit} 次'],
})

/**
 * Keep to a budget of calls a day, or in all: none is sent beyond it, and none at all after the server has said that
 * nothing is left, until it is reset. Refused calls fail with `QUOTA_SPENT` and say when. With `redis` the budget is that
 * of all processes.
 *
 * @throws ConfigError when an option has a value that cannot work; `MISSING_PEER` for a URL without ioredis
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { quota, status } from '@penstock/middleware'
 *
 * const budget = quota({ limit: 50_000, zone: 'Asia/Shanghai' })
 * const stack = pipeline([budget, status()], undiciTransport())
 * budget.used() // [{ key, used, limit, resetsAt, parkedUntil }, …]
 * ```
 */
export function quota<const Name extends string = 'quota'>(options: QuotaOptions<Name> = {}) {
  const { key = countedTogether, counts = isBilled, onWarn, name = 'quota' as Name } = options
  const { store, redis, prefix = 'penstock:' } = options
  const { limit, per, warnAt, ...rest } = checked(options)
  const tallies = counting({ ...rest, limit, store, redis, prefix, name })
  const admitted = admission(limit, name)
  const warned = new WeakSet<Tally>()

  const made = layer({
    name,
    slot: 'pace',
    verdicts: 'needs',
    about: limit === Infinity ? per : `${limit} ${per === 'day' ? 'a day' : 'in all'}`,
    traits: { limit: limit === Infinity ? undefined : limit },
    close: () => tallies.close(),
    run: (call, next) => (call.endpoint?.billed === 'free' ? next(call) : budgeted(call, next)),
  })
  return Object.assign(made, { used: () => [...tallies].map(([key, tally]) => useOf(key, tally)) } as QuotaHandles)

  async function budgeted(call: Call, next: Next): Promise<Outcome> {
    const place = key(call)
    const tally = tallies.of(place, call.clock)
    const no = await admitted(call, tally)
    if (no !== undefined) return no
    warn(call, place, tally)
    // a bug may have come after it was sent
    let billed = true
    try {
      const outcome = await next(call)
      billed = counts(outcome, call)
      if (outcome.verdict === 'quota') {
        const date = call.clock.date()
        const wait = resting(tally.period, date, outcome.retryAfter)
        call.note(says.parks, { wait }, name)
        tally.park(date + wait)
      }
      return outcome
    } finally {
      tally.settle(billed)
    }
  }

  function warn(call: Call, key: string, tally: Tally): void {
    if (tally.used < limit * warnAt || limit === Infinity || warned.has(tally)) return
    warned.add(tally)
    call.note(says.warns, { used: tally.used, limit }, name)
    try {
      onWarn?.(useOf(key, tally))
    } catch {
      // an observer breaks no call
    }
  }

  function useOf(key: string, { used, period, parkedUntil }: Tally): QuotaUse {
    return { key, used, limit, resetsAt: period.endsAt, parkedUntil }
  }
}

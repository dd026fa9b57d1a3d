import {
  andThen,
  type Call,
  duration,
  type Failure,
  layer,
  type Next,
  onward,
  type Outcome,
  refused,
} from '@penstock/core'
import { check, ownLimit } from './rate-limit/checked.ts'
import { counted } from './rate-limit/counted.ts'
import { Gate } from './rate-limit/gate.ts'
import { Gates } from './rate-limit/gates.ts'
import { hearing } from './rate-limit/hearing.ts'
import type { Pacer } from './rate-limit/pacer.ts'
import { says } from './rate-limit/says.ts'
import { sharing } from './rate-limit/sharing.ts'
import type { RedisLike } from './redis/client.ts'

export type RateLimitOptions<Name extends string = 'rateLimit'> = {
  /** Requests the server allows in a window. @default the endpoint's `qps`; without one a call passes untouched */
  readonly limit?: number
  /** Milliseconds. @default 1000 */
  readonly window?: number
  /** Milliseconds by which two requests may swap on their way; grows when the server refuses all the same. @default 50 */
  readonly guard?: number
  /**
   * What the server says in `RateLimit` headers: `heed` waits when it will take no more; `follow` also keeps to the limit it
   * tells, where there is no `limit` and no `qps`; `ignore`. @default 'heed'
   */
  readonly headers?: 'heed' | 'follow' | 'ignore'
  /** What the server counts together. @default the account that `token` or `credential` gives, and the endpoint's id or the URL without its query */
  readonly key?: (call: Call<any>) => string
  /** Calls that may wait for one key. @default 10_000 */
  readonly maxQueue?: number
  /**
   * A client of ioredis, which stays yours, or an address, `redis://127.0.0.1:6379`: processes that name the same one share the
   * limit. @default none: this process has it to itself
   */
  readonly redis?: RedisLike | string
  /** Stands before every key in Redis. @default 'penstock:rate:' */
  readonly prefix?: string
  /** While Redis is gone: `share` goes on at the limit by the number of processes last seen; `refuse` says no. @default 'share' */
  readonly alone?: 'share' | 'refuse'
  /** Processes that share the limit, as long as Redis has not told. @default 1 */
  readonly processes?: number
  /** Keys that are kept; those with nobody waiting are forgotten first. @default 1024 */
  readonly keys?: number
  /** @default 'rateLimit' */
  readonly name?: Name
}

/**
 * Send no faster than the server allows, evenly from the first request on. Waits are in the order of arrival; one that
 * does not fit the call's deadline is refused at once with `RATE_WAIT`. A verdict of `rate` moves everybody back.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { rateLimit, status } from '@penstock/middleware'
 *
 * const stack = pipeline([rateLimit({ limit: 5 }), status()], undiciTransport())
 * ```
 */
export function rateLimit<const Name extends string = 'rateLimit'>(options: RateLimitOptions<Name> = {}) {
  const { limit, window = 1000, guard = 50, key = counted, maxQueue = 10_000, keys = 1024 } = options
  const { headers = 'heed', name = 'rateLimit' as Name } = options
  check({ limit, window, guard, maxQueue, keys, headers })
  const { heard, followed } = hearing(headers, name)
  const { redis } = options
  const shared =
    redis === undefined ? undefined : sharing({ ...options, redis, name, window, guard, headers, drop: refusal })
  const gates = new Gates(keys, shared?.gate ?? ((each) => new Gate(each, window, guard, refusal)))
  shared?.whenReady(() => gates.all().forEach((gate) => gate.returned?.()))

  return layer({
    name,
    slot: 'pace',
    about:
      (limit === undefined ? 'qps of the endpoint' : `${limit} in ${duration(window)}`) + (shared ? ', on Redis' : ''),
    traits: { limit, window, guard, waits: Infinity },
    async close() {
      await Promise.all(gates.all().map(async (gate) => gate.close?.()))
      shared?.close()
    },
    run(call, next) {
      const allowed = limit ?? ownLimit(call.endpoint, window)
      if (allowed === undefined && headers !== 'follow') return onward(next, call)
      return paced(call, next, gates.of(key(call), allowed ?? Infinity, call.clock), allowed === undefined)
    },
  })

  function paced(call: Call, next: Next, gate: Pacer, follows: boolean): Promise<Outcome> {
    const turned = turn(call, gate)
    return turned instanceof Promise
      ? turned.then((number) => went(call, next, gate, follows, number))
      : went(call, next, gate, follows, turned)
  }

  function went(call: Call, next: Next, gate: Pacer, follows: boolean, number: number | Failure): Promise<Outcome> {
    if (typeof number !== 'number') return Promise.resolve(number)
    if (gate.alone !== undefined) call.note(says.alone, { processes: gate.alone }, name)
    return andThen(next, call, follows ? followed : heard, gate, number)
  }

  /** The number of its turn, or why there is none. At once when nobody is ahead. */
  function turn(call: Call, gate: Pacer): number | Failure | Promise<number | Failure> {
    const now = call.now()
    const over = call.over(now)
    if (over !== undefined) return over
    const { waiting } = gate
    const wait = gate.ahead(now)
    const passed = wait === 0 ? gate.pass(now) : undefined
    if (passed !== undefined) return passed
    if (wait >= call.remaining()) return refusal(call, wait)
    if (waiting >= maxQueue) {
      call.note(says.full, { ahead: waiting }, name)
      return refused('RATE_WAIT', name, `${waiting} calls wait for a turn already`, wait)
    }
    if (wait > 0) call.note(says.waits, { wait, ahead: waiting }, name)
    return gate.queue(call)
  }

  function refusal(call: Call, wait: number): Failure {
    const left = call.remaining()
    call.note(says.does_not_fit, { wait, left }, name)
    const because = `a wait of ${duration(wait)} for a turn does not fit into the ${duration(left)} left`
    return refused('RATE_WAIT', name, because, wait)
  }
}

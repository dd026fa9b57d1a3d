import { type Call, ConfigError, duration, type Failure, layer, notes, refused } from '@penstock/core'
import { Gate } from './rate-limit/gate.ts'
import { Gates } from './rate-limit/gates.ts'

export type RateLimitOptions<Name extends string = 'rateLimit'> = {
  /** Requests the server allows in a window. @default the endpoint's `qps`; without one a call passes untouched */
  readonly limit?: number
  /** Milliseconds. @default 1000 */
  readonly window?: number
  /** Milliseconds by which two requests may swap on their way; grows when the server refuses all the same. @default 50 */
  readonly guard?: number
  /** What the server counts together. @default the account that `token` or `credential` gives, and the endpoint's id or the URL without its query */
  readonly key?: (call: Call<any>) => string
  /** Calls that may wait for one key. @default 10_000 */
  readonly maxQueue?: number
  /** Keys that are kept; those with nobody waiting are forgotten first. @default 1024 */
  readonly keys?: number
  /** @default 'rateLimit' */
  readonly name?: Name
}

const says = notes('rateLimit', {
  waits: ['waits about {wait:ms} for a turn, {ahead} ahead', '排队约 {wait:ms}，前面有 {ahead} 个'],
  does_not_fit: [
    'refuses: a wait of {wait:ms} for a turn does not fit into the {left:ms} left',
    '拒绝：需排队 {wait:ms}，剩余时间仅 {left:ms}',
  ],
  full: ['refuses: {ahead} calls wait already', '拒绝：已有 {ahead} 个调用在排队'],
  backs_off: [
    'the server refused this one: nobody goes for {wait:ms}, and the guard is {guard:ms} now',
    '服务器拒绝：暂停 {wait:ms}，间隔余量现为 {guard:ms}',
  ],
})

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
  const { name = 'rateLimit' as Name } = options
  if (limit !== undefined && !(typeof limit === 'number' && limit > 0))
    throw invalid(`limit is ${limit}: give a number above zero`)
  if (!(window > 0 && window < Infinity)) throw invalid(`window is ${window}: give milliseconds above zero`)
  if (!(guard >= 0 && guard <= window)) throw invalid(`guard is ${guard}: give milliseconds, the window's at most`)
  if (!(maxQueue >= 0)) throw invalid(`maxQueue is ${maxQueue}: give a number from 0 up`)
  if (!(keys >= 1)) throw invalid(`keys is ${keys}: give a number from 1 up`)
  const gates = new Gates(keys, (each) => new Gate(each, window, guard))

  return layer({
    name,
    slot: 'pace',
    about: limit === undefined ? 'qps of the endpoint' : `${limit} in ${duration(window)}`,
    traits: { limit, window, guard, waits: Infinity },
    run(call, next) {
      const { qps } = call.endpoint ?? {}
      const allowed = limit ?? (qps === undefined ? undefined : (qps * window) / 1000)
      return allowed === undefined ? next(call) : paced(call, gates.of(key(call), allowed, call.clock.now()))

      async function paced(call: Call, gate: Gate) {
        const cut = await turn(call, gate)
        if (cut !== undefined) return cut
        const { clock } = call
        const sentAt = clock.now()
        const outcome = await next(call)
        if (outcome.verdict === 'rate') {
          const wait = gate.refused(sentAt, clock.now(), outcome.retryAfter, refusal)
          call.note(says.backs_off, { wait, guard: gate.guard }, name)
        } else if (!outcome.failed) gate.admitted()
        return outcome
      }
    },
  })

  /** Nothing when it may go. */
  async function turn(call: Call, gate: Gate): Promise<Failure | undefined> {
    const now = call.clock.now()
    const { waiting } = gate
    const wait = gate.ahead(now)
    if (wait === 0) {
      gate.pass(now)
      return undefined
    }
    if (wait >= call.remaining()) return refusal(call, wait)
    if (waiting >= maxQueue) {
      call.note(says.full, { ahead: waiting }, name)
      return refused('RATE_WAIT', name, `${waiting} calls wait for a turn already`, wait)
    }
    call.note(says.waits, { wait, ahead: waiting }, name)
    return gate.queue(call)
  }

  function refusal(call: Call, wait: number): Failure {
    const left = call.remaining()
    call.note(says.does_not_fit, { wait, left }, name)
    const because = `a wait of ${duration(wait)} for a turn does not fit into the ${duration(left)} left`
    return refused('RATE_WAIT', name, because, wait)
  }
}

const counted = ({ context, endpoint, origin, path }: Call<any>) =>
  `${(context as { account?: string }).account ?? ''} ${endpoint?.id ?? origin + path.split('?', 1)[0]}`

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `rateLimit: ${because}`)

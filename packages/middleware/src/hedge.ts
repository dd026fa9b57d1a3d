import { type Call, ConfigError, duration, layer, type Next, notes, type Outcome, verdicts } from '@penstock/core'
import { Percentile } from './hedge/percentile.ts'
import { Race, type RaceEnd } from './hedge/race.ts'
import { originBudget } from './repeat/origin-budget.ts'

export type HedgeOptions<Name extends string = 'hedge'> = {
  /** Milliseconds until the second copy goes. @default what `percentile` of the latest calls of one key kept to */
  readonly delay?: number
  /** The share of calls that shall answer before a second copy goes. @default 0.95 */
  readonly percentile?: number
  /** Milliseconds until the second copy goes, as long as fewer than 20 calls of the key were seen. @default 1000 */
  readonly start?: number
  /** Milliseconds that the second copy is waited for at most, however slow the calls are. @default 10_000 */
  readonly maxDelay?: number
  /** Second copies of all calls to one origin between two that did well without. `Infinity` lifts the bound. @default 4 */
  readonly budget?: number
  /** What is about equally fast. The 1024 latest are kept. @default call => call.endpoint?.id ?? call.origin */
  readonly key?: (call: Call) => string
  /** @default 'hedge' */
  readonly name?: Name
}

/** What one call may have otherwise: `layers: { hedge: { delay: 50 } }`. */
export type HedgePerCall = { readonly delay: number }

const says = notes('hedge', {
  sends: ['sends a second copy: no answer after {wait:ms}', '发送第二份：{wait:ms} 内无应答'],
  mends: ['sends a second copy at once: {code}', '立即发送第二份：{code}'],
  first: ['the first copy answers after {took:ms}: gives up the second', '第一份在 {took:ms} 后应答：放弃第二份'],
  second: ['the second copy answers after {took:ms}: gives up the first', '第二份在 {took:ms} 后应答：放弃第一份'],
  call_budget: [
    'sends no second copy: the call has made all its {attempts} attempts',
    '不发送第二份：本次调用的 {attempts} 次尝试已用完',
  ],
  budget_empty: [
    'sends no second copy: the {budget} of this origin are spent',
    '不发送第二份：该源站的 {budget} 份额度已用完',
  ],
})

/**
 * Send a second copy of a call that is slower than most, and take what answers first; the other one is cancelled. Only of
 * calls that are `repeatable: 'always'`, are not billed each and have a body that can be sent again; never more than two
 * copies. Copies draw on the call's attempts and on a budget of the origin, so that a slow server does not get twice the
 * load. Fails with nothing of its own.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { deadline, hedge, status, timeout } from '@penstock/middleware'
 *
 * const stack = pipeline([deadline({ after: 5000 }), hedge(), timeout({ after: 2000 }), status()], undiciTransport())
 * ```
 */
export function hedge<const Name extends string = 'hedge'>(options: HedgeOptions<Name> = {}) {
  const { delay, percentile = 0.95, start = 1000, maxDelay = 10_000, budget = 4, name = 'hedge' as Name } = options
  const { key = ({ endpoint, origin }: Call) => endpoint?.id ?? origin } = options
  const numbers = { ...(delay === undefined ? {} : { delay }), start, maxDelay, budget }
  for (const [option, value] of Object.entries(numbers)) fromZero(name, option, value)
  if (!(percentile > 0 && percentile <= 1))
    throw invalid(name, `percentile is ${percentile}: give a share above 0 and up to 1, 0.95 say`)
  const origins = originBudget(budget)
  const seen = new Map<string, Percentile>()

  return layer({
    name,
    slot: 'repeat',
    calls: 'many',
    verdicts: 'needs',
    about: delay === undefined ? `p${percentile * 100}` : `after ${duration(delay)}`,
    traits: { attempts: 2, parallel: true, waits: delay ?? maxDelay },
    run: delay === undefined ? byPercentile : after(delay),
    override: ({ delay: own }: HedgePerCall) => after(fromZero(name, 'delay', own)),
  })

  function byPercentile(call: Call, next: Next): Promise<Outcome> {
    if (!mayHedge(call)) return next(call)
    const times = timesOf(key(call))
    return new Race(call, next, {
      delay: Math.min(times.value ?? start, maxDelay),
      admits,
      name,
      ended(end) {
        // a first copy that was given up took at least as long
        if (verdicts[end.outcome.verdict].healthy) times.tell(end.took)
        ended(call, end)
      },
    }).done
  }

  function after(fixed: number) {
    return (call: Call, next: Next): Promise<Outcome> =>
      mayHedge(call)
        ? new Race(call, next, { delay: fixed, admits, name, ended: (end) => ended(call, end) }).done
        : next(call)
  }

  function timesOf(id: string): Percentile {
    let times = seen.get(id)
    if (times !== undefined) return times
    if (seen.size >= 1024) seen.delete(seen.keys().next().value!)
    seen.set(id, (times = new Percentile(percentile)))
    return times
  }

  function admits(call: Call, wait: number, code?: string): boolean {
    if (call.budget.left <= 0) {
      call.note(says.call_budget, { attempts: call.budget.attempts }, name)
      return false
    }
    if (!origins.take(call.origin)) {
      call.note(says.budget_empty, { budget }, name)
      return false
    }
    call.budget.draw()
    if (code === undefined) call.note(says.sends, { wait }, name)
    else call.note(says.mends, { code }, name)
    return true
  }

  function ended(call: Call, { outcome, copies, winner, took }: RaceEnd): void {
    const { healthy } = verdicts[outcome.verdict]
    if (copies === 1 && healthy) origins.refill(call.origin)
    if (copies > 1 && !outcome.failed) call.note(winner === 1 ? says.first : says.second, { took }, name)
  }
}

/** A second copy is a repeat, whether or not the first one arrived. */
const mayHedge = ({ repeatable, body, endpoint }: Call) =>
  repeatable === 'always' && body.kind !== 'once' && endpoint?.billed !== 'each'

function fromZero(name: string, option: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0))
    throw invalid(name, `${option} is ${value}: give a number from zero up`)
  return value
}

const invalid = (name: string, because: string) => new ConfigError('CONFIG_INVALID', `${name}: ${because}`)

import {
  type Call,
  ConfigError,
  duration,
  type Failure,
  layer,
  type Next,
  notes,
  type Outcome,
  refused,
} from '@penstock/core'
import { Lane } from './adaptive-concurrency/lane.ts'
import { Lanes } from './adaptive-concurrency/lanes.ts'

export type AdaptiveConcurrencyOptions<Name extends string = 'adaptiveConcurrency'> = {
  /** Calls in flight that are allowed at first; what the server can take is found out. @default 20 */
  readonly limit?: number
  /** It never falls below. @default 1 */
  readonly minLimit?: number
  /** It never grows beyond. @default 1000 */
  readonly maxLimit?: number
  /** Calls that may wait for a place. @default 100 */
  readonly maxQueue?: number
  /** What shares a limit: one server, as far as can be told. @default call => call.origin */
  readonly key?: (call: Call) => string
  /** Keys that are kept; the one with nobody in flight that was asked for least lately is forgotten first. @default 1024 */
  readonly keys?: number
  /** @default 'adaptiveConcurrency' */
  readonly name?: Name
}

/** What is going on at one key. */
export type ConcurrencyState = { readonly limit: number; readonly inFlight: number; readonly waiting: number }

export type ConcurrencyHandles = {
  state(key: string): ConcurrencyState
}

const says = notes('adaptiveConcurrency', {
  waits: ['waits for one of {limit} places, {ahead} ahead', '等待 {limit} 个名额之一，前面有 {ahead} 个'],
  does_not_fit: [
    'refuses: an answer would take {needs:ms}, {left:ms} are left',
    '拒绝：预计需 {needs:ms} 才有应答，剩余时间仅 {left:ms}',
  ],
  full: ['refuses: {ahead} calls wait already', '拒绝：已有 {ahead} 个调用在排队'],
  lowers: [
    'lowers the limit to {limit}: answers take {took:ms}, {unloaded:ms} of an unloaded server',
    '并发上限降至 {limit}：应答需 {took:ms}，空载时为 {unloaded:ms}',
  ],
})

/**
 * Keep no more calls in flight than the server can work on: found out from how long it takes on the wire, never from
 * waits of our own. In a brown-out the server goes on doing what it still can; the rest waits here, first come, first
 * served, or is refused at once with `CONCURRENCY_LIMIT` when the queue is full or the answer would come too late. A
 * place is given back when the body is over.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { adaptiveConcurrency, deadline, status, timeout } from '@penstock/middleware'
 *
 * const adaptive = adaptiveConcurrency()
 * const stack = pipeline([deadline({ after: 10_000 }), adaptive, timeout({ after: 1000 }), status()], undiciTransport())
 * adaptive.state('https://api.example.com') // { limit: 20, inFlight: 0, waiting: 0 }
 * ```
 */
export function adaptiveConcurrency<const Name extends string = 'adaptiveConcurrency'>(
  options: AdaptiveConcurrencyOptions<Name> = {},
) {
  const { limit = 20, minLimit = 1, maxLimit = 1000, maxQueue = 100, keys = 1024 } = options
  const { key = (call: Call) => call.origin, name = 'adaptiveConcurrency' as Name } = options
  for (const [option, value] of Object.entries({ limit, minLimit, maxLimit, keys }))
    if (!(value >= 1)) throw invalid(`${option} is ${value}: give a number from 1 up`)
  if (!(minLimit <= limit && limit <= maxLimit))
    throw invalid(`limit is ${limit}: give a number from minLimit, ${minLimit}, to maxLimit, ${maxLimit}`)
  if (!(maxQueue >= 0)) throw invalid(`maxQueue is ${maxQueue}: give a number from 0 up`)
  const lanes = new Lanes(keys, () => new Lane({ limit, minLimit, maxLimit }))

  const made = layer({
    name,
    slot: 'pace',
    verdicts: 'needs',
    about: `${minLimit}–${maxLimit}, ${maxQueue} waiting`,
    traits: { limit, minLimit, maxLimit, maxQueue },
    async run(call, next) {
      const lane = lanes.of(key(call))
      const cut = lane.enter() ? undefined : await turn(call, lane)
      return cut ?? sent(call, next, lane)
    },
  })

  /** Nothing when it has a place. */
  function turn(call: Call, lane: Lane): Promise<Failure | undefined> | Failure {
    const { waiting: ahead, answerIn } = lane
    if (ahead >= maxQueue) {
      call.note(says.full, { ahead }, name)
      return refused('CONCURRENCY_LIMIT', name, `${ahead} calls wait for a place already`, answerIn)
    }
    if (answerIn >= call.remaining()) return late(call, answerIn)
    call.note(says.waits, { limit: lane.limit, ahead }, name)
    return lane.queue(call, late)
  }

  function late(call: Call, needs: number): Failure {
    const left = call.remaining()
    call.note(says.does_not_fit, { needs, left }, name)
    const because = `an answer would take ${duration(needs)}, and ${duration(left)} are left`
    return refused('CONCURRENCY_LIMIT', name, because, needs)
  }

  async function sent(call: Call, next: Next, lane: Lane): Promise<Outcome> {
    const { ledger } = call
    ledger.timed = true
    const made = ledger.trips.length
    let outcome: Outcome | undefined
    try {
      outcome = await next(call)
      // what never left this process says nothing about the server
      const took = ledger.trips.length > made ? ledger.trips.at(-1)!.took : undefined
      if (took !== undefined) learn(call, lane, outcome, took)
      return outcome
    } finally {
      // what is no outcome, by somebody's bug, keeps no place either
      if (outcome?.failed === false) outcome.body.whenOver(() => lane.release())
      else lane.release()
    }
  }

  function learn(call: Call, lane: Lane, outcome: Outcome, took: number): void {
    if (!lane.learn(outcome, took, call.clock.now())) return
    const { took: takes, unloaded } = lane.gradient
    call.note(says.lowers, { limit: lane.limit, took: takes, unloaded }, name)
  }

  const handles: ConcurrencyHandles = {
    state: (key) => lanes.peek(key)?.state ?? { limit, inFlight: 0, waiting: 0 },
  }
  return Object.assign(made, handles)
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `adaptiveConcurrency: ${because}`)

import type { Call } from '../../call.ts'
import type { Chance, Clock } from '../../clock.ts'
import type { Outcome } from '../../outcome.ts'
import type { Transport } from '../../transport.ts'
import { Wait } from '../../wait.ts'
import { breaks, replies, type Step } from '../scripted.ts'
import type { Fault, Scenario } from './scenario.ts'

export type ServerOptions = {
  /** Requests a second that it can serve. @default 100 */
  readonly capacity?: number
  /** Requests that may wait for their turn; one more is answered 503. @default 300 */
  readonly queue?: number
  /** Requests that it works on side by side, so that one takes `workers / capacity` seconds. @default 1 */
  readonly workers?: number
  /** How much of the time that a request takes is chance, 0 to 1: from always the same to exponential. @default 0 */
  readonly spread?: number
  /** Milliseconds on the way there and back. @default 0 */
  readonly latency?: number
  /** What it says, for a stack that judges by more than the status. */
  readonly answers?: Partial<Answers>
}

export type Answers = {
  /** @default 200, empty */
  readonly served: Step
  /** @default 500 */
  readonly failed: Step
  /** @default 503 */
  readonly full: Step
  /** @default 429 */
  readonly limited: Step
  /** @default a refused connection */
  readonly down: Step
}

/** What becomes of a request. */
export type Fate = keyof Answers | 'unanswered'

/** Milliseconds for an answer that takes no work. */
const atOnce = 5

/**
 * A server in virtual time: requests wait in one queue, and are worked on one after another even when their caller has
 * given up meanwhile. That is what makes an overload last.
 *
 * @param seen told of every request as it comes in
 */
export function simulatedServer(
  { capacity = 100, queue = 300, workers = 1, spread = 0, latency = 0, answers }: ServerOptions,
  { fault, before, lasts }: Scenario,
  clock: Clock,
  chance: Chance,
  seen: (call: Call<any>, fate: Fate) => void,
): Transport {
  const says: Answers = { ...standard, ...answers }
  const freeAt = Array.from({ length: workers }, () => 0)
  const admitted: number[] = []
  let queued = 0

  const faultAt = (time: number): Fault => (time >= before && time < before + lasts ? fault : none)

  /** When it will have been served. */
  function served(now: number): number {
    const worker = freeAt.indexOf(Math.min(...freeAt))
    const from = Math.max(now, freeAt[worker]!)
    const takes = (workers * 1000) / (faultAt(from).capacity ?? capacity)
    const varies = spread === 0 ? 1 : 1 - spread - spread * Math.log(1 - chance())
    return (freeAt[worker] = from + takes * varies)
  }

  /** True when a request more would be one too many in the second that ends now. */
  function exceeds(limit: number, now: number): boolean {
    while (admitted[0]! <= now - 1000) admitted.shift()
    return admitted.length >= limit || admitted.push(now) < 0
  }

  function decided(now: number): Fate {
    const { down, silent, failing = 0, limit = Infinity } = faultAt(now)
    if (silent) return 'unanswered'
    if (down) return 'down'
    if (failing > 0 && chance() < failing) return 'failed'
    if (limit !== Infinity && exceeds(limit, now)) return 'limited'
    return queued >= queue ? 'full' : 'served'
  }

  return {
    name: 'simulated',
    send(call) {
      const now = clock.now()
      const exchange = new Exchange(call)
      const fate = decided(now)
      seen(call, fate)
      if (fate === 'served') {
        queued++
        clock.setTimer(
          () => {
            queued--
            if (latency === 0) exchange.answer(says.served)
            else clock.setTimer(() => exchange.answer(says.served), latency)
          },
          served(now) - now,
        )
      } else if (fate !== 'unanswered') clock.setTimer(() => exchange.answer(says[fate]), atOnce + latency)
      return exchange.done
    },
    close: async () => {},
  }
}

const none: Fault = {}

const standard: Answers = {
  served: replies(200),
  failed: replies(500),
  full: replies(503),
  limited: replies(429),
  down: breaks('CONNECTION_REFUSED', { phase: 'connect', sent: 'none' }),
}

class Exchange extends Wait {
  readonly done: Promise<Outcome>
  #resolve!: (outcome: Outcome | Promise<Outcome>) => void

  constructor(call: Call<any>) {
    super(call)
    this.done = new Promise((resolve) => (this.#resolve = resolve))
    this.begin()
  }

  /** Too late for a caller who has left. */
  answer(step: Step): void {
    this.end()
    this.#resolve(step(this.call))
  }

  protected stop(why: Parameters<Wait['cut']>[0]): void {
    this.#resolve(why.at('wait', 'all'))
  }
}

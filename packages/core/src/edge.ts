import { birth, type Birthplace } from './birth.ts'
import { entered } from './and-then.ts'
import type { Call, Handler } from './call.ts'
import type { Chance, Clock } from './clock.ts'
import { Closing } from './closing.ts'
import { ConfigError } from './errors.ts'
import { isOutcome, letGo, type Outcome, refused } from './outcome.ts'
import type { Pipeline } from './pipeline.ts'
import { ended } from './recorder/endings.ts'
import { diagnosed } from './recorder/environment.ts'
import { type Level, levels } from './recorder/ledger.ts'
import type { Request } from './request.ts'
import { Runtime } from './runtime.ts'
import { lastly } from './sequel.ts'
import { told, toldOfNone } from './suspicion.ts'

export type EdgeOptions = {
  /** How much a ledger keeps. @default 'errors' */
  readonly diagnose?: Level
  /** Attempts one call may make, of all layers together. @default 10 */
  readonly maxAttempts?: number
  /** @default the process's own */
  readonly clock?: Clock
  /** @default Math.random */
  readonly chance?: Chance
}

/**
 * Where calls enter a pipeline and outcomes leave it. `client()` and the adapters to other libraries share it, and each
 * throws in its own way what comes out.
 */
export class Edge {
  readonly runtime: Runtime
  readonly #pipeline: Pipeline
  readonly #closing: Closing
  readonly #place: Pick<Birthplace, 'runtime' | 'level' | 'attempts'>

  /**
   * @param owner the factory that makes it
   * @throws ConfigError `CONFIG_INVALID`
   */
  constructor(owner: string, pipeline: Pipeline, options: EdgeOptions) {
    const { diagnose = 'errors', maxAttempts = 10, clock, chance } = checked(owner, pipeline, options)
    this.runtime = new Runtime(clock, chance)
    this.#pipeline = pipeline
    this.#closing = new Closing(this.runtime, pipeline)
    this.#place = { runtime: this.runtime, level: diagnosed(diagnose), attempts: maxAttempts }
  }

  /** Where the calls of this edge are born. */
  place(base: Pick<Birthplace, 'origin' | 'path' | 'headers'>): Birthplace {
    return { ...base, ...this.#place }
  }

  /** @throws InputError `REQUEST_INVALID` */
  born(request: Request, base: Pick<Birthplace, 'origin' | 'path' | 'headers'>): Call {
    return birth(request, this.place(base))
  }

  /** A call from its birth to what `made` makes of its outcome, in a single frame. @throws InputError `REQUEST_INVALID` */
  send<Made>(request: Request, place: Birthplace, made: (call: Call, outcome: Outcome) => Made): Promise<Made> {
    let call: Call
    try {
      call = birth(request, place)
    } catch (error) {
      return Promise.reject(error)
    }
    const { ledger } = call
    ledger.stands = true
    ledger.stoodAt = ledger.startedAt
    return this.#run(call, request, made)
  }

  /** @param request the one that the call was born of */
  run(call: Call, request: Request): Promise<Outcome> {
    return this.#run(call, request, outcomeOf)
  }

  #run<Made>(call: Call, request: Request, made: (call: Call, outcome: Outcome) => Made): Promise<Made> {
    this.#closing.enter()
    try {
      return entered(this.#way(call, request), call, this.#ended, made)
    } catch (bug) {
      return Promise.reject(bug)
    } finally {
      call.ledger.stands = false
    }
  }

  #way(call: Call, request: Request): Handler {
    const early = this.runtime.refusing ?? call.over() ?? spent(call, request)
    if (early !== undefined) return () => Promise.resolve(early)
    // a layer that does not mind the caller's signal cannot keep the caller
    return call.signal === undefined ? this.#pipeline : () => call.until(this.#pipeline(call), letGo)
  }

  /** One for all calls. */
  readonly #ended = lastly(
    (outcome, call, made: (call: Call, outcome: Outcome) => any) => {
      this.#settle(call, outcome)
      return made(call, outcome)
    },
    (bug) => {
      this.#closing.leave()
      throw told(bug, this.#pipeline)
    },
  )

  #settle(call: Call, outcome: Outcome): void {
    // of a layer that was trusted, after many calls, to return one
    if (!isOutcome(outcome)) {
      this.#closing.leave()
      throw toldOfNone(this.#pipeline)
    }
    call.ledger.settle(outcome.verdict, outcome)
    ended(call)
    if (outcome.failed) this.#closing.leave()
    else outcome.body.whenOver(this.#closing.leave)
  }

  close(within: number): Promise<void> {
    return this.#closing.close(within)
  }
}

const outcomeOf = (_: Call, outcome: Outcome): Outcome => outcome

/** What the compiler asks for, said to those who have none. */
function checked(owner: string, pipeline: Pipeline, options: EdgeOptions): EdgeOptions {
  const { diagnose = 'errors', maxAttempts = 10 } = Object(options) as EdgeOptions
  const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `${owner}: ${because}`)
  if (typeof pipeline !== 'function' || typeof pipeline.close !== 'function')
    throw invalid('pipeline is none: make one with pipeline([…], transport)')
  if (!levels.includes(diagnose)) throw invalid(`diagnose is ${diagnose}: give ${levels.join(', ')}`)
  if (!(maxAttempts >= 1)) throw invalid(`maxAttempts is ${String(maxAttempts)}: give a number from 1 up`)
  return options
}

/** A call made on behalf of another is one of its attempts. */
const spent = ({ budget }: Call, { parent }: Request) =>
  parent === undefined || budget.draw()
    ? undefined
    : refused('ATTEMPTS_SPENT', 'client', `the call it is made for has made all its ${budget.attempts} attempts`)

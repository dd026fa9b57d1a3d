import { birth } from './birth.ts'
import type { Call } from './call.ts'
import { CallError, toThrow } from './call-error.ts'
import { type Chance, type Clock } from './clock.ts'
import { Closing } from './closing.ts'
import type { Endpoint } from './endpoint.ts'
import { type Answer, requestOf, answerOf } from './endpoint-call.ts'
import { ConfigError } from './errors.ts'
import { type Headers, lowerCased, noHeaders } from './headers.ts'
import { type Outcome, refused } from './outcome.ts'
import type { Pipeline } from './pipeline.ts'
import { type Level, levels } from './recorder/ledger.ts'
import type { Request, RequestOptions } from './request.ts'
import { Result } from './result.ts'
import { Runtime } from './runtime.ts'
import type { AnyOverrides, OverridesOf } from './stack.ts'
import type { InputOf, OutputOf } from './standard-schema.ts'

export type ClientOptions<Of extends Pipeline = Pipeline> = {
  readonly pipeline: Of
  /** `https://api.example.com`, with a path below it if all calls share one. */
  readonly origin: string
  /** Sent with every call; a call's own win. Names in any case. */
  readonly headers?: Headers
  /** How much a ledger keeps. @default 'errors' */
  readonly diagnose?: Level
  /** Attempts one call may make, of all layers together. @default 10 */
  readonly maxAttempts?: number
  /** @default the process's own */
  readonly clock?: Clock
  /** @default Math.random */
  readonly chance?: Chance
}

type Method<Overrides> = (path: string, options?: RequestOptions<Overrides>) => Promise<Result>

/** Where calls are born, and the only place where a failed one is thrown. */
export interface Client<Overrides = AnyOverrides> extends AsyncDisposable {
  readonly get: Method<Overrides>
  readonly head: Method<Overrides>
  readonly post: Method<Overrides>
  readonly put: Method<Overrides>
  readonly patch: Method<Overrides>
  readonly delete: Method<Overrides>
  /** @throws CallError unless the verdict is `ok`, or `unknown` because no layer judges; InputError before anything is sent */
  send(request: Request<Overrides>): Promise<Result>
  /** The outcome as it is, a failure too. */
  outcome(request: Request<Overrides>): Promise<Outcome>
  /** Call an endpoint: the input is checked and encoded, the reply decoded and checked. The answer has `explain()` and `ledger`. */
  call<To extends Endpoint<any, any>>(
    endpoint: To,
    input: InputOf<To['input']>,
    options?: RequestOptions<Overrides>,
  ): Promise<Answer<OutputOf<To['output']>>>
  /**
   * Take no new call, let those in flight end, then abort what is left with `CLIENT_CLOSED`, and close the pipeline.
   * @param within milliseconds for calls in flight. @default 5000
   */
  close(options?: { readonly within?: number }): Promise<void>
}

/**
 * A client over a pipeline.
 *
 * @throws ConfigError when the origin is no http or https URL
 * @example
 * ```ts
 * import { client, pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { status } from '@penstock/middleware'
 *
 * const http = client({ pipeline: pipeline([status()], undiciTransport()), origin: 'https://api.example.com' })
 * const reply = await http.get('/things/{id}', { params: { id: 7 }, query: { full: true } })
 * await reply.json()
 * await http.close()
 * ```
 */
export function client<Of extends Pipeline>(options: ClientOptions<Of>): Client<OverridesOf<Of>> {
  const { pipeline, diagnose = 'errors', maxAttempts = 10, clock, chance } = checked(options)
  const base = baseOf(options.origin)
  const headers = lowerCased(options.headers ?? noHeaders)
  const runtime = new Runtime(clock, chance)
  const closing = new Closing(runtime, pipeline)

  const born = (request: Request) =>
    birth(request, { ...base, headers, runtime, level: diagnose, attempts: maxAttempts })

  async function run(call: Call, request: Request): Promise<Outcome> {
    let outcome: Outcome | undefined
    closing.enter()
    try {
      const { signal } = call
      const ran = runtime.refusing ?? call.over() ?? spent(call, request) ?? pipeline(call)
      // a layer that does not mind the caller's signal cannot keep the caller
      outcome = await (signal === undefined || !(ran instanceof Promise) ? ran : call.until(ran))
      call.ledger.settle(outcome.verdict, outcome)
      return outcome
    } finally {
      if (outcome === undefined || outcome.failed) closing.leave()
      else outcome.body.whenOver(closing.leave)
    }
  }

  async function send(request: Request): Promise<Result> {
    const call = born(request)
    const outcome = await run(call, request)
    if (outcome.failed) throw toThrow(call, outcome)
    const result = new Result(call, outcome)
    if (outcome.verdict === 'ok' || outcome.verdict === 'unknown') return result
    throw new CallError(call, outcome, result)
  }

  const method =
    (name: string): Method<AnyOverrides> =>
    (path, rest) =>
      send({ ...rest, method: name, path })

  const made: Client = {
    get: method('GET'),
    head: method('HEAD'),
    post: method('POST'),
    put: method('PUT'),
    patch: method('PATCH'),
    delete: method('DELETE'),
    send,
    outcome: async (request) => run(born(request), request),
    call: async (endpoint, input, rest) => answerOf(endpoint, await send(await requestOf(endpoint, input, rest))),
    close: ({ within = 5000 } = {}) => closing.close(within),
    [Symbol.asyncDispose]: () => closing.close(5000),
  }
  return made
}

/** What the compiler asks for, said to those who have none. */
function checked<Of extends Pipeline>(options: ClientOptions<Of>): ClientOptions<Of> {
  const { pipeline, diagnose = 'errors', maxAttempts = 10 } = Object(options) as ClientOptions<Of>
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

function baseOf(origin: string): { readonly origin: string; readonly path: string } {
  const url = typeof origin === 'string' ? URL.parse(origin) : null
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalid('origin is not an http or https URL: write it as https://api.example.com')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw invalid('origin may hold no user, query or fragment: put credentials in credential()')
  return { origin: url.origin, path: url.pathname.replace(/\/$/, '') }
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `client: ${because}`)

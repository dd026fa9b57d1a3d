import type { Call } from './call.ts'
import { CallError, toThrow } from './call-error.ts'
import { Edge, type EdgeOptions } from './edge.ts'
import type { Endpoint } from './endpoint.ts'
import { type Answer, requestOf, answerOf } from './endpoint-call.ts'
import { ConfigError } from './errors.ts'
import { type Headers, lowerCased, noHeaders } from './headers.ts'
import type { Outcome } from './outcome.ts'
import type { Pipeline } from './pipeline.ts'
import type { Request, RequestOptions } from './request.ts'
import { Result } from './result.ts'
import type { AnyOverrides, OverridesOf } from './stack.ts'
import type { InputOf, OutputOf } from './standard-schema.ts'

export type ClientOptions<Of extends Pipeline = Pipeline> = EdgeOptions & {
  readonly pipeline: Of
  /** `https://api.example.com`, with a path below it if all calls share one. */
  readonly origin: string
  /** Sent with every call; a call's own win. Names in any case. */
  readonly headers?: Headers
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
  const edge = new Edge('client', (Object(options) as ClientOptions<Of>).pipeline, options)
  const headers = lowerCased(options.headers ?? noHeaders)
  const place = edge.place({ ...baseOf(options.origin), headers })
  const send = (request: Request) => edge.send(request, place, resultOf)

  const method =
    (name: string): Method<AnyOverrides> =>
    (path, rest) =>
      send(rest === undefined ? { method: name, path } : { ...rest, method: name, path })

  const made: Client = {
    get: method('GET'),
    head: method('HEAD'),
    post: method('POST'),
    put: method('PUT'),
    patch: method('PATCH'),
    delete: method('DELETE'),
    send,
    outcome: (request) => edge.send(request, place, outcomeOf),
    call: async (endpoint, input, rest) => answerOf(endpoint, await send(await requestOf(endpoint, input, rest))),
    close: ({ within = 5000 } = {}) => edge.close(within),
    [Symbol.asyncDispose]: () => edge.close(5000),
  }
  return made
}

function resultOf(call: Call, outcome: Outcome): Result {
  if (outcome.failed) throw toThrow(call, outcome)
  const result = new Result(call, outcome)
  if (outcome.verdict === 'ok' || outcome.verdict === 'unknown') return result
  throw new CallError(call, outcome, result)
}

const outcomeOf = (_: Call, outcome: Outcome): Outcome => outcome

function baseOf(origin: string): { readonly origin: string; readonly path: string } {
  const url = typeof origin === 'string' ? URL.parse(origin) : null
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalid('origin is not an http or https URL: write it as https://api.example.com')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw invalid('origin may hold no user, query or fragment: put credentials in credential()')
  return { origin: url.origin, path: url.pathname.replace(/\/$/, '') }
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `client: ${because}`)

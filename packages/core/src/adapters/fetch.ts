import type { Call } from '../call.ts'
import { toThrow } from '../call-error.ts'
import { Edge, type EdgeOptions } from '../edge.ts'
import { isPenstockError } from '../errors.ts'
import { Failure, type Outcome } from '../outcome.ts'
import type { Pipeline } from '../pipeline.ts'
import { ended } from '../recorder/endings.ts'
import { rememberLedger } from '../recorder/ledger-of.ts'
import type { Reply } from '../reply.ts'
import type { Request } from '../request.ts'
import { bodiless, fetched } from './fetched.ts'
import { type FetchInit, fetchInput, type FetchInput, type PenstockInit } from './fetch-input.ts'
import { foreignRequest } from './foreign-request.ts'
import { replyStream } from './reply-stream.ts'

export type { FetchInit, PenstockInit }

export type FetchOptions = EdgeOptions & {
  /**
   * Leave bodies to whoever reads the Response. With `false` layers take them in: they can be judged by what they say,
   * shared and kept, and one that breaks off is sent for again. @default true
   */
  readonly stream?: boolean
}

export interface Fetch extends AsyncDisposable {
  (input: string | URL | globalThis.Request, init?: FetchInit): Promise<Response>
  /** As `close` of a client. @param within milliseconds. @default 5000 */
  close(options?: { readonly within?: number }): Promise<void>
}

/**
 * The standard's `fetch` over any stack, for libraries that take one. An HTTP status never rejects. An abort rejects with
 * `signal.reason` itself; whatever else kept a reply from coming is a `TypeError('fetch failed')` with our CallError as
 * its `cause`. `explain()` and `ledgerOf()` know the Response and the error. Redirects are followed if the stack has a
 * `redirect` layer.
 *
 * @example
 * ```ts
 * import { explain, pipeline } from '@penstock/core'
 * import { toFetch } from '@penstock/core/fetch'
 * import { gotTransport } from '@penstock/core/got'
 * import { retry, status } from '@penstock/middleware'
 *
 * await using fetch = toFetch(pipeline([retry(), status()], gotTransport()))
 * const response = await fetch('https://api.example.com/flaky', { penstock: { diagnose: 'all' } })
 * await response.json()
 * explain(response) // 503, then again
 * ```
 */
export function toFetch(pipeline: Pipeline, options: FetchOptions = {}): Fetch {
  const edge = new Edge('toFetch', pipeline, options)
  const { stream = true } = options
  const following = pipeline.plan().layers.filter(({ slot }) => slot === 'follow')
  const unfollowed = Object.fromEntries(following.map(({ name }) => [name, false as const]))

  async function fetch(given: string | URL | globalThis.Request, init: FetchInit = {}): Promise<Response> {
    const input = await fetchInput(given, init, edge.runtime.chance)
    const request = requestOf(input)
    const call = born(request, input.url.origin)
    const outcome = await edge.run(call, request)
    if (outcome.failed) throw rejection(call, outcome, 'fetch failed')
    if (input.redirect === 'error' && (outcome.url !== undefined || leads(outcome))) {
      outcome.body.discard()
      throw rejection(call, forbidden(outcome), 'fetch failed')
    }
    return response(call, outcome, new URL(outcome.url ?? input.url))
  }

  function requestOf(input: FetchInput): Request {
    const { penstock, redirect } = input
    const layers =
      redirect === 'follow' || following.length === 0 ? penstock?.layers : overrides(unfollowed, penstock?.layers)
    return foreignRequest({ ...input, options: { stream, ...penstock, ...(layers !== undefined && { layers }) } })
  }

  function born(request: Request, origin: string): Call {
    try {
      return edge.born(request, { origin })
    } catch (error) {
      if (!isPenstockError(error)) throw error
      throw new TypeError('fetch failed', { cause: error })
    }
  }

  return Object.assign(fetch, {
    close: ({ within = 5000 } = {}) => edge.close(within),
    [Symbol.asyncDispose]: () => edge.close(5000),
  })
}

/** The same object where nothing is added: chains are compiled once for each. */
const overrides = (unfollowed: Readonly<Record<string, false>>, own: PenstockInit['layers']) =>
  own === undefined ? unfollowed : { ...own, ...unfollowed }

function response(call: Call, reply: Reply, url: URL): Response {
  url.hash = ''
  const { status, headers, body } = reply
  const none = call.method === 'HEAD' || bodiless.has(status)
  // read, not discarded: its connection can be used again
  if (none) void body.read()
  const stream = none ? null : replyStream(body, (failure) => broken(call, failure))
  const remember = (made: Response) => rememberLedger(made, call.ledger)
  const redirected = reply.url !== undefined
  return fetched(stream, { status, headers, url: url.href, redirected }, remember)
}

function broken(call: Call, failure: Failure): unknown {
  call.ledger.settle(failure.verdict, failure)
  ended(call)
  return rejection(call, failure, 'terminated')
}

/** The caller's own reason, or the standard's TypeError. */
function rejection(call: Call, failure: Failure, message: string): unknown {
  const cause = toThrow(call, failure)
  if (failure.code === 'CANCELLED') return cause
  const error = new TypeError(message, { cause })
  rememberLedger(error, call.ledger)
  return error
}

const leads = ({ status, headers }: Reply) =>
  [301, 302, 303, 307, 308].includes(status) && headers['location'] !== undefined

const forbidden = ({ status }: Extract<Outcome, Reply>) =>
  new Failure('refused', 'REDIRECT_LEFT', 'fetch', `${status} leads elsewhere, and redirect is 'error'`, {
    phase: 'receive',
    sent: 'all',
  })

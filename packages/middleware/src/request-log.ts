import { type Call, layer, type Next, type Outcome } from '@penstock/core'

/** What a log is told of a call or an attempt. No header, query or body is ever in it. */
export type LogRecord = {
  readonly id: number
  readonly method: string
  /** Without the query. */
  readonly url: string
  readonly endpoint?: string
  /** Of an attempt, from 1. */
  readonly attempt?: number
  readonly verdict?: string
  readonly status?: number
  /** Of what went wrong. */
  readonly code?: string
  /** Passes inside the repeaters, and requests handed to the transport. */
  readonly attempts?: number
  readonly requests?: number
  readonly milliseconds?: number
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter?: number
}

export type LogHooks = {
  /** A call begins. */
  readonly onRequest?: (record: LogRecord) => void | Promise<void>
  /** A call ended well. */
  readonly onReply?: (record: LogRecord) => void | Promise<void>
  /** A call failed. */
  readonly onError?: (record: LogRecord) => void | Promise<void>
  /** An attempt after the first begins. */
  readonly onRetry?: (record: LogRecord) => void | Promise<void>
}

/** pino, winston, console: anything with these. */
export type Logger = { readonly [Level in 'debug' | 'info' | 'warn']?: (record: object, message: string) => void }

export type RequestLogOptions<Name extends string = 'requestLog'> = LogHooks & {
  /** One line a call at `info`, or `warn` when it failed; one an attempt at `debug`. @default none */
  readonly logger?: Logger
  /** @default 'requestLog' */
  readonly name?: Name
}

/**
 * Tell a logger, or hooks, of every call and attempt. Hooks can also be given with one call: `http.get(path, { hooks })`.
 * One that throws changes nothing; `dropped` counts how often.
 *
 * @example
 * ```ts
 * import { requestLog } from '@penstock/middleware'
 *
 * const log = requestLog({ onError: ({ method, url, code }) => console.error(method, url, code) })
 * ```
 */
export function requestLog<const Name extends string = 'requestLog'>(options: RequestLogOptions<Name> = {}) {
  const { logger, name = 'requestLog' as Name } = options
  const state = { dropped: 0 }

  function tell(hook: keyof LogHooks, call: Call<any>, record: LogRecord): void {
    for (const told of [options[hook], call.options.hooks?.[hook]])
      if (told !== undefined) guarded(() => told(record as never))
  }

  function guarded(act: () => unknown): void {
    try {
      // whatever may be awaited, of whichever make
      Promise.resolve(act()).catch(() => state.dropped++)
    } catch {
      state.dropped++
    }
  }

  const looks = (call: Call<any>) =>
    logger !== undefined ||
    call.options.hooks !== undefined ||
    options.onRequest !== undefined ||
    options.onReply !== undefined ||
    options.onError !== undefined ||
    options.onRetry !== undefined

  async function whole(call: Call<any>, next: Next) {
    tell('onRequest', call, begun(call))
    const outcome = await next(call)
    const record = ended(call, outcome, call.ledger.startedAt)
    const well = outcome.verdict === 'ok' || outcome.verdict === 'unknown'
    tell(well ? 'onReply' : 'onError', call, record)
    guarded(() =>
      logger?.[well ? 'info' : 'warn']?.(record, `${call.method} ${record.url} ${record.status ?? record.code}`),
    )
    return outcome
  }

  async function once(call: Call<any>, next: Next): Promise<Outcome> {
    const { attempt } = call
    if (attempt > 1) tell('onRetry', call, { ...begun(call), attempt })
    const from = call.clock.now()
    const outcome = await next(call)
    guarded(() => logger?.debug?.({ ...ended(call, outcome, from), attempt }, `attempt ${attempt}`))
    return outcome
  }

  const made = layer({
    name,
    slot: 'observe',
    run: (call, next) => (looks(call) ? whole(call, next) : next(call)),
    attempt: (call, next) => (looks(call) ? once(call, next) : next(call)),
  })
  return Object.defineProperty(made as typeof made & { readonly dropped: number }, 'dropped', {
    get: () => state.dropped,
  })
}

const begun = ({ id, method, ledger: { url, endpoint } }: Call<any>): LogRecord => ({
  id,
  method,
  url,
  ...(endpoint !== undefined && { endpoint }),
})

function ended(call: Call<any>, outcome: Outcome, from: number): LogRecord {
  const { attempts, trips } = call.ledger
  const bad = outcome.verdict !== 'ok' && outcome.verdict !== 'unknown'
  return {
    ...begun(call),
    verdict: outcome.verdict,
    ...(!outcome.failed && { status: outcome.status }),
    ...(bad && { code: outcome.code }),
    attempts,
    requests: trips.length,
    milliseconds: call.clock.now() - from,
    ...(outcome.retryAfter !== undefined && { retryAfter: outcome.retryAfter }),
  }
}

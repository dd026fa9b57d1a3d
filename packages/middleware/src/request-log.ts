import { andThen, type Call, layer, type Next, onward, type Outcome } from '@penstock/core'
import { begun, ended, type LogRecord } from './request-log/record.ts'

export type { LogRecord }

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
  const { logger, onRequest, onReply, onError, onRetry, name = 'requestLog' as Name } = options
  const looks = [logger, onRequest, onReply, onError, onRetry].some((one) => one !== undefined)
  const looksOnce = logger !== undefined || onRetry !== undefined
  const state = { dropped: 0 }

  function guarded(told: Told | undefined, record: LogRecord): void {
    if (told === undefined) return
    try {
      const given = told(record)
      // whatever may be awaited, of whichever make
      if (given !== undefined && Object(given) === given) Promise.resolve(given).catch(() => state.dropped++)
    } catch {
      state.dropped++
    }
  }

  function tell(own: Told | undefined, its: Told | undefined, record: LogRecord): void {
    guarded(own, record)
    guarded(its, record)
  }

  function whole(call: Call<any>, next: Next): Promise<Outcome> {
    const its = asked(call, 'onRequest')
    if (onRequest !== undefined || its !== undefined) tell(onRequest, its, begun(call))
    return andThen(next, call, told)
  }

  function told(outcome: Outcome, call: Call<any>): Outcome {
    const well = outcome.verdict === 'ok' || outcome.verdict === 'unknown'
    const own = well ? onReply : onError
    const its = asked(call, well ? 'onReply' : 'onError')
    if (logger === undefined && own === undefined && its === undefined) return outcome
    const record = ended(call, outcome, call.ledger.startedAt)
    tell(own, its, record)
    if (logger !== undefined) {
      const said = `${call.method} ${record.url} ${record.status ?? record.code}`
      guarded(() => logger[well ? 'info' : 'warn']?.(record, said), record)
    }
    return outcome
  }

  function once(call: Call<any>, next: Next): Promise<Outcome> {
    const its = asked(call, 'onRetry')
    if (call.attempt > 1 && (onRetry !== undefined || its !== undefined))
      tell(onRetry, its, { ...begun(call), attempt: call.attempt })
    if (logger?.debug === undefined) return onward(next, call)
    return andThen(next, call, attempted, call.clock.now())
  }

  function attempted(outcome: Outcome, call: Call<any>, from: number): Outcome {
    const { attempt } = call
    const record = { ...ended(call, outcome, from), attempt }
    guarded(() => logger?.debug?.(record, `attempt ${attempt}`), record)
    return outcome
  }

  const made = layer({
    name,
    slot: 'observe',
    run: (call, next) => (looks || call.options.hooks !== undefined ? whole(call, next) : onward(next, call)),
    attempt: (call, next) => (looksOnce || call.options.hooks !== undefined ? once(call, next) : onward(next, call)),
  })
  return Object.defineProperty(made as typeof made & { readonly dropped: number }, 'dropped', {
    get: () => state.dropped,
  })
}

type Told = (record: LogRecord) => unknown

/** What the call itself wants told: `http.get(path, { hooks })`. */
const asked = (call: Call<any>, hook: keyof LogHooks) => call.options.hooks?.[hook] as Told | undefined

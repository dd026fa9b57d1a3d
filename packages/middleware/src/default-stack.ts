import { type Layer, layer, passThrough, type Slot } from '@penstock/core'
import { cache, type CacheOptions } from './cache.ts'
import { circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts'
import { deadline } from './deadline.ts'
import { dedupe, type DedupeOptions } from './dedupe.ts'
import { direct } from './direct.ts'
import { rateLimit, type RateLimitOptions } from './rate-limit.ts'
import { reject, type RejectOptions } from './reject.ts'
import { requestLog, type RequestLogOptions } from './request-log.ts'
import { retry, type RetryOptions } from './retry.ts'
import { status, type StatusOptions } from './status.ts'
import { timeout } from './timeout.ts'
import { tls, type TlsLayerOptions } from './tls.ts'
import { token, type TokenOptions } from './token.ts'

/** Options of each layer by its name. What has no default of its own, `cache` and `token`, is off without them. */
export type DefaultStackOptions = {
  readonly requestLog?: RequestLogOptions
  /** Milliseconds for the whole call. @default 60_000 */
  readonly deadline?: number
  /** @default off */
  readonly cache?: CacheOptions
  readonly dedupe?: DedupeOptions
  readonly retry?: RetryOptions
  readonly circuitBreaker?: CircuitBreakerOptions
  /** @default off */
  readonly token?: TokenOptions
  /** @default the endpoint's own `qps`; none for calls without one */
  readonly rateLimit?: RateLimitOptions
  /** Milliseconds for one attempt. @default 15_000, or the whole call's if that is less */
  readonly timeout?: number
  readonly status?: StatusOptions
  readonly reject?: RejectOptions
  readonly tls?: TlsLayerOptions
}

/**
 * The stack that fits most APIs, outermost first: requestLog → deadline → cache → dedupe → retry → circuitBreaker → token
 * → rateLimit → timeout → status → reject → tls → direct. Spread it, and add what is missing: the order is checked again.
 *
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { gotTransport } from '@penstock/core/got'
 * import { defaultStack } from '@penstock/middleware'
 *
 * const ready = pipeline([...defaultStack({ deadline: 30_000, retry: { retries: 2 } })], gotTransport())
 * ```
 */
export function defaultStack(options: DefaultStackOptions = {}) {
  const { deadline: whole = 60_000, timeout: attempt = Math.min(15_000, whole) } = options
  return [
    requestLog(options.requestLog),
    deadline({ after: whole }),
    cacheOf(options),
    dedupe(options.dedupe),
    retry(options.retry),
    circuitBreaker({
      window: Math.max(10_000, 2 * attempt),
      probeLease: Math.max(10_000, attempt),
      ...options.circuitBreaker,
    }),
    tokenOf(options),
    rateLimit(options.rateLimit),
    timeout({ after: attempt }),
    status(options.status),
    reject(options.reject),
    tls(options.tls),
    direct(),
  ] as const
}

const cacheOf = ({
  cache: given,
}: DefaultStackOptions): Layer<'cache', 'recall', {}, never, 'neither', { readonly ttl?: number }> =>
  given === undefined ? off('cache', 'recall') : { ...cache(given), verdicts: 'neither' }

/** The stack's type is the same with a token and without: what it gives to inner layers is theirs to look up. */
const tokenOf = ({ token: given }: DefaultStackOptions): Layer<'token', 'identify', {}, never, 'neither', never> =>
  given === undefined
    ? off('token', 'identify')
    : { ...token(given), verdicts: 'neither', '~gives': undefined as never }

/** Keeps a place in the plan, and does nothing. */
const off = <const Name extends string, const At extends Slot>(
  name: Name,
  slot: At,
): Layer<Name, At, {}, never, 'neither', never> => layer({ name, slot, about: 'off', run: passThrough })

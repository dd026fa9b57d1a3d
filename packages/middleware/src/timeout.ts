import { ConfigError, duration, layer } from '@penstock/core'

export type TimeoutOptions<Name extends string = 'timeout'> = {
  /** Milliseconds for one attempt: connecting, sending, waiting and the body included. */
  readonly after: number
  /** @default 'timeout' */
  readonly name?: Name
}

/**
 * Bound one attempt, so that a slow one is followed by another. Waits for a token or for a turn stand outside it and do
 * not count. Fails with `ATTEMPT_TIMEOUT`, verdict `timeout`.
 *
 * @throws ConfigError when `after` is not a positive, finite number
 * @example
 * ```ts
 * import { timeout } from '@penstock/middleware'
 *
 * const attempt = timeout({ after: 5_000 })
 * ```
 */
export function timeout<const Name extends string = 'timeout'>({
  after,
  name = 'timeout' as Name,
}: TimeoutOptions<Name>) {
  if (!Number.isFinite(after) || after <= 0)
    throw new ConfigError('CONFIG_INVALID', `${name}({ after }) must be milliseconds, more than 0`)
  const bound = { after, layer: name, code: 'ATTEMPT_TIMEOUT', verdict: 'timeout' } as const
  return layer({
    name,
    slot: 'clock',
    about: duration(after),
    traits: { after },
    run: (call, next) => next(call.within(bound)),
  })
}

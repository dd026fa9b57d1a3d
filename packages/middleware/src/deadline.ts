import { type Call, ConfigError, duration, layer, type Next, onward } from '@penstock/core'

export type DeadlineOptions<Name extends string = 'deadline'> = {
  /** Milliseconds for the whole call: every attempt, wait, store and the body included. */
  readonly after: number
  /** @default 'deadline' */
  readonly name?: Name
}

/**
 * Bound the whole call. The deadline is a number on the call: inner layers read `call.remaining()`, and no wait they make
 * outlasts it. An earlier deadline that the call has already stands. Fails with `CALL_DEADLINE`, verdict `late`.
 *
 * @throws ConfigError when `after` is not a positive, finite number
 * @example
 * ```ts
 * import { deadline } from '@penstock/middleware'
 *
 * const whole = deadline({ after: 30_000 })
 * ```
 */
export function deadline<const Name extends string = 'deadline'>({
  after,
  name = 'deadline' as Name,
}: DeadlineOptions<Name>) {
  const bounding = (after: number) => {
    if (!Number.isFinite(after) || after <= 0)
      throw new ConfigError('CONFIG_INVALID', `${name}({ after }) must be milliseconds, more than 0`)
    const bound = { after, layer: name, code: 'CALL_DEADLINE', verdict: 'late' } as const
    return (call: Call, next: Next) => onward(next, call.within(bound, call.ledger.startedAt))
  }
  return layer({
    name,
    slot: 'bound',
    about: duration(after),
    traits: { after },
    run: bounding(after),
    override: ({ after: own = after }: { readonly after?: number }) => bounding(own),
  })
}

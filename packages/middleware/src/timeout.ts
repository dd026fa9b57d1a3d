import { type Call, ConfigError, duration, layer, type Next, onward } from '@penstock/core'
import { rewired } from './wire/rewired.ts'

export type TimeoutOptions<Name extends string = 'timeout'> = {
  /** @default 'timeout' */
  readonly name?: Name
} & (
  | {
      /** Milliseconds for one attempt: connecting, sending, waiting and the body included. */
      readonly after: number
      /** Milliseconds that may pass between two pieces of a body, streamed ones included. @default no bound */
      readonly idle?: number
    }
  | { readonly after?: undefined; readonly idle: number }
)

/** What one call may have otherwise: `layers: { timeout: { after: 1_000 } }`. */
export type TimeoutPerCall = { readonly after?: number; readonly idle?: number }

/**
 * Bound one attempt, so that a slow one is followed by another. Waits for a token or for a turn stand outside it and do
 * not count. Fails with `ATTEMPT_TIMEOUT` or, for a body that falls silent, `BODY_IDLE`; verdict `timeout`. A reader who
 * lets the server wait makes no silence.
 *
 * @throws ConfigError when neither is given, or one is not a positive, finite number
 * @example
 * ```ts
 * import { timeout } from '@penstock/middleware'
 *
 * const attempt = timeout({ after: 60_000, idle: 5_000 })
 * ```
 */
export function timeout<const Name extends string = 'timeout'>(options: TimeoutOptions<Name>) {
  const { after, idle, name = 'timeout' as Name } = options
  return layer({
    name,
    slot: 'clock',
    about: [after && duration(after), idle && `idle ${duration(idle)}`].filter(Boolean).join(', '),
    traits: { after, idle },
    run: timing(name, after, idle),
    override: ({ after: ownAfter = after, idle: ownIdle = idle }: TimeoutPerCall) => timing(name, ownAfter, ownIdle),
  })
}

function timing(name: string, after: number | undefined, idle: number | undefined) {
  if (idle === undefined || after !== undefined) check(name, 'after', after)
  if (idle !== undefined) check(name, 'idle', idle)
  const bounded = within(name, after)
  const listening = listens(name, idle)
  return (call: Call, next: Next) => onward(next, listening(bounded(call)))
}

function within(layer: string, after: number | undefined): (call: Call) => Call {
  if (after === undefined) return (call) => call
  const bound = { after, layer, code: 'ATTEMPT_TIMEOUT', verdict: 'timeout' } as const
  return (call) => call.within(bound)
}

function listens(layer: string, after: number | undefined): (call: Call) => Call {
  if (after === undefined) return (call) => call
  const idle = { after, layer, code: 'BODY_IDLE', verdict: 'timeout' } as const
  const change = rewired((wire) => ({ ...wire, idle }))
  return (call) => call.withWire(change(call.wire))
}

function check(name: string, option: string, value: unknown): void {
  if (!Number.isFinite(value) || (value as number) <= 0)
    throw new ConfigError('CONFIG_INVALID', `${name}({ ${option} }) must be milliseconds, more than 0`)
}

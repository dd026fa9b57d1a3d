import { type Call, ConfigError, layer, type Next, onward, type ReplyLimits } from '@penstock/core'
import { rewired } from './wire/rewired.ts'

export type LimitsOptions<Name extends string = 'limits'> = {
  /** Bytes of a body, decoded, streamed ones too. @default 67_108_864 */
  readonly body?: number | 'off'
  /** Decoded bytes for one encoded byte, beyond the first MiB. @default 100 */
  readonly ratio?: number | 'off'
  /** Bytes of a reply's headers, 16 MiB at most. @default 65_536 */
  readonly headers?: number
  /** @default 'limits' */
  readonly name?: Name
}

/**
 * Change what a reply may be at most. Every reply has these limits without the layer; what is not named here keeps its
 * default, and `'off'` takes one away: `lint()` takes that for an error unless it is acknowledged.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { limits } from '@penstock/middleware'
 *
 * const small = limits({ body: 1_048_576, ratio: 20 })
 * ```
 */
export function limits<const Name extends string = 'limits'>(options: LimitsOptions<Name> = {}) {
  const { body, ratio, headers, name = 'limits' as Name } = options
  if (body !== 'off') check(name, 'body', body, Number.MAX_SAFE_INTEGER)
  if (ratio !== 'off') check(name, 'ratio', ratio, Number.MAX_SAFE_INTEGER)
  check(name, 'headers', headers, 16_777_216)
  const own: ReplyLimits = {
    ...(body !== undefined && { body: body === 'off' ? Infinity : body }),
    ...(ratio !== undefined && { ratio: ratio === 'off' ? Infinity : ratio }),
    ...(headers !== undefined && { headers }),
  }
  const change = rewired((wire) => ({ ...wire, limits: Object.freeze({ ...wire.limits, ...own }) }))
  const unlimited =
    Object.keys(own)
      .filter((option) => own[option as keyof ReplyLimits] === Infinity)
      .join(', ') || undefined
  return layer({
    name,
    slot: 'wire',
    about: [body && `body ${size(body)}`, ratio && `ratio ${ratio}`, headers && `headers ${size(headers)}`]
      .filter(Boolean)
      .join(', '),
    traits: { body, ratio, headers, unlimited },
    run: (call: Call, next: Next) => onward(next, call.withWire(change(call.wire))),
  })
}

function check(name: string, option: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return
  const off = option === 'headers' ? '' : `, or 'off'`
  throw new ConfigError('CONFIG_INVALID', `${name}({ ${option} }) is a whole number from 1 to ${most}${off}`)
}

/** `10 MiB`, `64 KiB`, `1000 B`. */
function size(bytes: number | 'off'): string {
  if (bytes === 'off') return bytes
  if (bytes % 1_048_576 === 0) return `${bytes / 1_048_576} MiB`
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} B`
}

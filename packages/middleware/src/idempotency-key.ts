import { type Call, type Chance, ConfigError, layer, type Next, onward } from '@penstock/core'

export type IdempotencyKeyOptions<Name extends string = 'idempotencyKey'> = {
  /** The header it is sent in. @default 'idempotency-key' */
  readonly header?: string
  /** @default 'idempotencyKey' */
  readonly name?: Name
}

/**
 * Name a POST or PATCH, so that the server can tell a repeat from another: one key a call, the same on every attempt. The
 * call becomes repeatable, unless it says `repeatable: 'never'`. A key that the call brings stays.
 *
 * @throws ConfigError when `header` is no name of a header
 * @example
 * ```ts
 * import { idempotencyKey } from '@penstock/middleware'
 *
 * const named = idempotencyKey({ header: 'x-request-key' })
 * ```
 */
export function idempotencyKey<const Name extends string = 'idempotencyKey'>(
  options: IdempotencyKeyOptions<Name> = {},
) {
  const { name = 'idempotencyKey' as Name } = options
  const header = (options.header ?? 'idempotency-key').toLowerCase()
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(header))
    throw new ConfigError('CONFIG_INVALID', 'idempotencyKey: header is no name of a header')
  return layer({
    name,
    slot: 'admit',
    about: header,
    run(call: Call, next: Next) {
      const { method, headers, repeatable, chance } = call
      if (method !== 'POST' && method !== 'PATCH') return onward(next, call)
      return onward(
        next,
        call.with({
          headers: headers[header] === undefined ? { ...headers, [header]: key(chance) } : headers,
          repeatable: repeatable === 'never' ? 'never' : 'always',
        }),
      )
    },
  })
}

/** 128 bits in hex. A number of chance holds no more than 53, so they are drawn in fours. */
const key = (chance: Chance) =>
  Array.from({ length: 4 }, () =>
    Math.floor(chance() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')

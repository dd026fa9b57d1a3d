import { layer, notes, onward, type TlsOptions } from '@penstock/core'
import { checkedTls } from './wire/checked-tls.ts'
import { rewired } from './wire/rewired.ts'

export type TlsLayerOptions<Name extends string = 'tls'> = TlsOptions & {
  /** @default 'tls' */
  readonly name?: Name
}

const says = notes('tls', {
  ignored: [
    'verifies certificates, though NODE_TLS_REJECT_UNAUTHORIZED is 0',
    '仍校验证书，忽略 NODE_TLS_REJECT_UNAUTHORIZED=0',
  ],
})

/**
 * Say how connections are secured: at least TLS 1.2, always verified. A private server is trusted by `ca` or `pins`; there
 * is no switch that turns verification off, and `NODE_TLS_REJECT_UNAUTHORIZED` has no effect.
 *
 * @throws ConfigError for a version below TLS 1.2, a pin that is no SHA-256, certificates, keys or lists that OpenSSL cannot
 * use, or an option that would turn verification off
 * @example
 * ```ts
 * import { tls } from '@penstock/middleware'
 *
 * const strict = tls({ minVersion: 'TLSv1.3' })
 * ```
 */
export function tls<const Name extends string = 'tls'>({
  name = 'tls' as Name,
  ...options
}: TlsLayerOptions<Name> = {}) {
  const own = checkedTls(name, options)
  const { minVersion = 'TLSv1.2' } = own
  const secured = rewired((wire) => ({ ...wire, tls: Object.freeze({ minVersion, ...wire.tls, ...own }) }))
  const ignored = process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'

  return layer({
    name,
    slot: 'wire',
    about: about({ ...own, minVersion }),
    traits: { minVersion },
    run(call, next) {
      if (ignored && call.origin.startsWith('https:')) call.note(says.ignored, {}, name)
      return onward(next, call.withWire(secured(call.wire)))
    },
  })
}

const about = ({ minVersion, ca, cert, pins }: TlsOptions) =>
  [`≥ ${minVersion?.replace('TLSv', '')}`, ca && 'own ca', cert && 'client certificate', pins && 'pinned']
    .filter(Boolean)
    .join(', ')

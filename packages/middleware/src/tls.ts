import { ConfigError, layer, notes, type TlsOptions, type WireOptions } from '@penstock/core'

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
 * @throws ConfigError for a version below TLS 1.2, a pin that is no SHA-256, or an option that would turn verification off
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
  check(name, options)
  const own: TlsOptions = Object.freeze({ minVersion: 'TLSv1.2', ...options })
  const wires = new WeakMap<WireOptions, WireOptions>()
  const ignored = process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'

  /** The same object for the same one, so that its pool is found by it. */
  function secured(wire: WireOptions): WireOptions {
    let made = wires.get(wire)
    if (made === undefined)
      wires.set(wire, (made = Object.freeze({ ...wire, tls: Object.freeze({ ...wire.tls, ...own }) })))
    return made
  }

  return layer({
    name,
    slot: 'wire',
    about: about(own),
    traits: { minVersion: own.minVersion },
    run(call, next) {
      if (ignored && call.origin.startsWith('https:')) call.note(says.ignored, {}, name)
      return next(call.with({ wire: secured(call.wire) }))
    },
  })
}

function check(name: string, options: TlsOptions): void {
  const wrong = (sentence: string) => new ConfigError('CONFIG_INVALID', `${name}(): ${sentence}`)
  for (const [option, version] of [
    ['minVersion', options.minVersion],
    ['maxVersion', options.maxVersion],
  ] as const)
    if (version !== undefined && version !== 'TLSv1.2' && version !== 'TLSv1.3')
      throw wrong(`${option} must be TLSv1.2 or TLSv1.3`)
  if (options.minVersion === 'TLSv1.3' && options.maxVersion === 'TLSv1.2')
    throw wrong('minVersion is above maxVersion')
  for (const option of ['rejectUnauthorized', 'checkServerIdentity', 'secureContext', 'requestCert'])
    if (option in options)
      throw wrong(`${option} is no option: verification stays on; trust a private server by ca or pins`)
  for (const pin of options.pins ?? [])
    if (Buffer.from(pin, 'base64').length !== 32) throw wrong('each of pins must be a SHA-256 in base64')
  for (const pem of [options.ca ?? [], options.cert ?? []].flat())
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw wrong('ca and cert must be certificates in PEM')
}

const about = ({ minVersion, ca, cert, pins }: TlsOptions) =>
  [`≥ ${minVersion?.replace('TLSv', '')}`, ca && 'own ca', cert && 'client certificate', pins && 'pinned']
    .filter(Boolean)
    .join(', ')

import { type Call, layer, type Next, notes, onward, type TlsOptions } from '@penstock/core'
import { checkedTls } from './wire/checked-tls.ts'
import { noProxy } from './wire/no-proxy.ts'
import { proxyAt, type ProxyCredential } from './wire/proxy-at.ts'
import { rewired } from './wire/rewired.ts'
import { withoutProxyHeaders } from './wire/without-proxy-headers.ts'

export type ProxyLayerOptions<Name extends string = 'proxy'> = ProxyCredential & {
  /** How the connection to an https proxy is secured; it is always verified. `tls()` is about the server behind it. */
  readonly tls?: TlsOptions
  /** Hosts that are gone to straight, as in the variable `NO_PROXY`. @default none */
  readonly noProxy?: string | readonly string[]
  /** @default 'proxy' */
  readonly name?: Name
}

const says = notes('proxy', {
  stripped: ['took {headers} off the request', '已去除请求头 {headers}'],
})

/**
 * Go through a proxy: https is tunnelled, and the certificate verified is the server's own; http is handed over. The
 * credential reaches the proxy and nobody else. The opposite of `direct`: a stack has one of the two.
 *
 * @throws ConfigError when the address is no http or https URL or holds a user, or the credential cannot be sent
 * @example
 * ```ts
 * import { Secret } from '@penstock/core'
 * import { proxy } from '@penstock/middleware'
 *
 * const through = proxy('http://proxy.example.com:3128', { user: 'app', password: new Secret('password', 'hush') })
 * ```
 */
export function proxy<const Name extends string = 'proxy'>(url: string, options: ProxyLayerOptions<Name> = {}) {
  const { tls, noProxy: list = [], name = 'proxy' as Name } = options
  const own = proxyAt(`${name}()`, url, options, tls && Object.freeze(checkedTls(name, tls)))
  const excepted = noProxy([list].flat().join(','))
  const through = rewired((wire) => ({ ...wire, proxy: own }))
  return layer({
    name,
    slot: 'wire',
    about: own.origin,
    traits: { route: 'proxy' },
    run(given: Call, next: Next) {
      const { call, told } = withoutProxyHeaders(given)
      if (told.length > 0) call.note(says.stripped, { headers: told.join(', ') }, name)
      return onward(next, excepted(call.origin) ? call : call.withWire(through(call.wire)))
    },
  })
}

import { type Call, Failure, layer, type Next, notes } from '@penstock/core'
import { finder, type HostAddresses, isAddress } from './hosts/finder.ts'
import { pins } from './hosts/pins.ts'
import { Resolver, type ResolverOptions } from './hosts/resolver.ts'
import { rewired } from './wire/rewired.ts'

export type { HostAddresses } from './hosts/finder.ts'
export type { Resolution, ResolverOptions } from './hosts/resolver.ts'

export type HostsOptions<Name extends string = 'hosts'> = {
  /** Where hosts are, in place of what DNS says. The first address that connects is used. @default none */
  readonly addresses?: HostAddresses
  /** Keep what DNS says of the others: `true`, or how. @default false: the system is asked for every connection */
  readonly cache?: boolean | ResolverOptions
  /** @default 'hosts' */
  readonly name?: Name
}

/** What one call may have otherwise: `layers: { hosts: { addresses: { 'api.example.com': '127.0.0.1' } } }`. */
export type HostsPerCall = { readonly addresses?: HostAddresses }

const says = notes('hosts', {
  pinned: ['connects to {address}, whatever DNS says', '直接连接 {address}，不查询 DNS'],
  stale: ['DNS fails ({code}): keeps to the addresses it gave before', 'DNS 失败（{code}）：沿用先前的地址'],
})

/**
 * Say where hosts are, by table or function, and keep what DNS says of the others. The name stays what it is: for Host, for
 * SNI and for the certificate. Several addresses are tried with a head start for the first, both families in turn.
 *
 * @throws ConfigError when an address is none, or an option has a value that cannot work
 * @example
 * ```ts
 * import { hosts } from '@penstock/middleware'
 *
 * const local = hosts({ addresses: { 'api.example.com': ['127.0.0.1', '::1'] }, cache: { maxTtl: 10_000 } })
 * ```
 */
export function hosts<const Name extends string = 'hosts'>(options: HostsOptions<Name> = {}) {
  const { addresses, cache = false, name = 'hosts' as Name } = options
  const resolver = cache === false ? undefined : new Resolver(name, cache === true ? {} : cache)
  const resolved = resolver && rewired((wire) => ({ ...wire, addresses: resolver }))
  const pinned = pins()
  return layer({
    name,
    slot: 'wire',
    about: [about(addresses), resolver && `cache ${resolver.about}`].filter(Boolean).join(', '),
    traits: { cached: resolver !== undefined },
    run: leading(addresses),
    override: ({ addresses: own }: HostsPerCall) => leading(own ?? addresses),
  })

  function leading(given: HostAddresses | undefined) {
    const find = finder(name, given)
    return (call: Call, next: Next) => {
      const hostname = call.origin.replace(around, '')
      const found = isAddress.test(hostname) ? undefined : find(hostname)
      if (found instanceof Promise) return later(call, next, hostname, found)
      return found === undefined ? byDns(call, next, hostname) : pin(call, next, found)
    }
  }

  async function later(call: Call, next: Next, host: string, finding: Promise<readonly string[] | undefined>) {
    const found = await call.until(finding)
    if (found instanceof Failure) return found
    return found === undefined ? byDns(call, next, host) : pin(call, next, found)
  }

  function pin(call: Call, next: Next, found: readonly string[]) {
    call.note(says.pinned, { address: found.join(', ') }, name)
    return next(call.withWire(pinned(found)(call.wire)))
  }

  function byDns(call: Call, next: Next, host: string) {
    // a proxy looks names up by itself
    if (resolver === undefined || isAddress.test(host) || call.wire.proxy !== undefined) return next(call)
    const known = resolver.known(call, host)
    if (known === true) return next(call.withWire(resolved!(call.wire)))
    return known instanceof Failure ? Promise.resolve(known) : asking(call, next, host, resolver)
  }

  async function asking(call: Call, next: Next, host: string, resolver: Resolver) {
    const said = await call.until(resolver.ask(call, host))
    if (said instanceof Failure && !resolver.holds(call, host)) return said
    const over = call.over()
    if (over !== undefined) return over
    if (said instanceof Failure) call.note(says.stale, { code: said.code }, name)
    return next(call.withWire(resolved!(call.wire)))
  }
}

/** What stands around the host in an origin. */
const around = /^https?:\/\/|:\d+$/g

const about = (given: HostAddresses | undefined) =>
  typeof given === 'function' ? 'by function' : Object.keys(given ?? {}).join(', ')

import net from 'node:net'

/** Origins whose answer is kept. */
const most = 1_000

/**
 * The origins that a `NO_PROXY` list excepts, by curl's rules: a name and all below it, with or without its dot or `*.`; an
 * address or a block of them; each with a port or for all; `*` for everything. Names are not looked up.
 */
export function noProxy(list: string): (origin: string) => boolean {
  const entries = Array.from(list.matchAll(/[^\s,]+/g), ([entry]) => entryOf(entry))
  const known = new Map<string, boolean>()
  return (origin) => {
    let excepted = known.get(origin)
    if (excepted === undefined) {
      const { hostname, port, protocol } = new URL(origin)
      const host = hostname.replace(/[[\]]/g, '').replace(/\.$/, '')
      const at = port === '' ? (protocol === 'https:' ? '443' : '80') : port
      excepted = entries.some((entry) => entry(host, at))
      if (known.size >= most) known.clear()
      known.set(origin, excepted)
    }
    return excepted
  }
}

type Entry = (host: string, port: string) => boolean

function entryOf(entry: string): Entry {
  if (entry === '*') return () => true
  const [, bracketed, plain, port] = /(?:\[([^\]]*)\]|(.*?))(?::(\d+))?$/.exec(
    net.isIPv6(entry) ? `[${entry}]` : entry,
  )!
  const hosts = hostsOf((bracketed ?? plain)!)
  return (host, at) => (port === undefined || port === at) && hosts(host)
}

function hostsOf(given: string): (host: string) => boolean {
  const [address, bits] = given.split('/') as [string, string?]
  if (net.isIP(address) !== 0) return block(address, bits)
  const name = given
    .toLowerCase()
    .replace(/^\*?\./, '')
    .replace(/\.$/, '')
  return (host) => host === name || (host.endsWith(`.${name}`) && net.isIP(host) === 0)
}

function block(address: string, bits: string | undefined): (host: string) => boolean {
  const list = new net.BlockList()
  const whole = net.isIPv6(address) ? 128 : 32
  // a block of no sense excepts nothing
  if (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= whole)) return () => false
  list.addSubnet(address, Number(bits ?? whole), family(address))
  // a name is no address of it
  return (host) => list.check(host, family(host))
}

const family = (host: string) => (net.isIPv6(host) ? 'ipv6' : 'ipv4')

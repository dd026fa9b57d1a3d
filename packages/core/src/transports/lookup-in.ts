import net from 'node:net'
import type { Addresses } from '../wire-options.ts'

/** Addresses in place of what DNS would say. Node tries several of them by itself, both families in turn. */
export function lookupIn(addresses: Addresses): net.LookupFunction {
  return (host, options, tell) => {
    const found = addresses.of(host).map((address) => ({ address, family: net.isIP(address) }))
    const [first] = found
    // as late as DNS would: a socket tells of it, and nobody listens yet
    process.nextTick(() => {
      if (first === undefined) tell(Object.assign(new Error('There is no address'), { code: 'ENOTFOUND' }), '')
      else if (options.all === true) tell(null, found)
      else tell(null, first.address, first.family)
    })
  }
}

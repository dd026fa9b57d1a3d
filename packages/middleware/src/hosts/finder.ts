import { ConfigError } from '@penstock/core'
import { addressList } from './address-list.ts'

/** Addresses by host, in lower case and without a port; or a function, asked for every call. Undefined leaves it to DNS. */
export type HostAddresses =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | ((host: string) => Given | Promise<Given>)

type Given = string | readonly string[] | undefined

/** An address in an origin: v4, or v6 in its brackets. */
export const isAddress = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/

/** The addresses of a host, checked. @throws ConfigError for a table that cannot work */
export function finder(name: string, given: HostAddresses | undefined) {
  if (given === undefined) return () => undefined
  if (typeof given === 'function')
    return (host: string) => {
      const found = given(host)
      return found instanceof Promise ? found.then((late) => addressList(name, late)) : addressList(name, found)
    }
  const table = new Map<string, readonly string[] | undefined>()
  for (const [host, found] of Object.entries(given)) {
    if (isAddress.test(host) || URL.parse(`http://${host}`)?.hostname !== host.toLowerCase())
      throw new ConfigError(
        'CONFIG_INVALID',
        `${name}({ addresses }): '${host}' is no name of a host: leave scheme and port out`,
      )
    table.set(host.toLowerCase(), addressList(name, found))
  }
  return (host: string) => table.get(host)
}

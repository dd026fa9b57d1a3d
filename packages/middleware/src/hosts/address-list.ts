import net from 'node:net'
import { ConfigError } from '@penstock/core'

/** Addresses as a list, checked. @throws ConfigError */
export function addressList(
  name: string,
  given: string | readonly string[] | undefined,
): readonly string[] | undefined {
  if (given === undefined) return undefined
  const list = typeof given === 'string' ? [given] : given
  if (!Array.isArray(list) || list.length === 0 || !list.every((one) => net.isIP(one) !== 0))
    throw new ConfigError('CONFIG_INVALID', `${name}({ addresses }): give IP addresses, one at least`)
  return list
}

import { createHash } from 'node:crypto'
import { Secret } from '../secret.ts'
import type { TappedWire } from './tap.ts'

const known = new WeakMap<object, string>()

/** What calls must share to share a socket, as a digest: the options hold keys. Empty for the defaults. */
export function wireKey(wire: TappedWire): string {
  return known.get(wire) ?? remembered(wire, together(wire))
}

function together({ tls, limits, proxy, addresses, tap }: TappedWire): string {
  const parts = [part(tls)]
  if (limits?.headers !== undefined) parts.push(`headers ${limits.headers}`)
  if (proxy !== undefined) parts.push(`proxy ${part({ ...proxy, tls: part(proxy.tls) })}`)
  if (addresses !== undefined) parts.push(`addresses ${addresses.key}`)
  if (tap !== undefined) parts.push(tap.key)
  return parts.join(' ').trim()
}

const part = (options: object | undefined): string =>
  options === undefined ? '' : (known.get(options) ?? remembered(options, digest(options)))

/** What may still be changed is looked at again. */
function remembered(options: object, key: string): string {
  if (Object.isFrozen(options)) known.set(options, key)
  return key
}

function digest(options: object): string {
  const fields = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value])
  return fields.length === 0 ? '' : createHash('sha256').update(JSON.stringify(fields)).digest('base64')
}

import { createHash } from 'node:crypto'
import { Secret } from '../secret.ts'
import type { WireOptions } from '../wire-options.ts'

const known = new WeakMap<object, string>()

/** What calls must share to share a socket, as a digest: the options hold keys. Empty for the defaults. */
export function wireKey(wire: WireOptions): string {
  return known.get(wire) ?? remembered(wire, together(wire))
}

function together({ tls, limits }: WireOptions): string {
  const headers = limits?.headers
  return `${part(tls)}${headers === undefined ? '' : ` headers ${headers}`}`
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

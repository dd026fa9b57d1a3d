import { createHash } from 'node:crypto'
import { Secret } from '../secret.ts'
import type { TlsOptions } from '../wire-options.ts'

const known = new WeakMap<TlsOptions, string>()

/** What calls must share to share a socket, as a digest: the options hold keys. Empty for the defaults. */
export function wireKey(tls: TlsOptions | undefined): string {
  if (tls === undefined) return ''
  const key = known.get(tls) ?? digest(tls)
  if (Object.isFrozen(tls)) known.set(tls, key)
  return key
}

function digest(tls: TlsOptions): string {
  const fields = Object.entries(tls)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value])
  return fields.length === 0 ? '' : createHash('sha256').update(JSON.stringify(fields)).digest('base64')
}

import type { Credential } from './credentials-in.ts'
import type { Flight } from './flight.ts'
import { masked } from './gate/masked.ts'

/**
 * A call as a command line for `sh`, that tells its times. A flight holds no value of a query, header or body:
 * `PENSTOCK_QUERY` and `PENSTOCK_BODY` (a file) bring them, where they are set. Each credential that was sent is asked for by
 * a variable of its own, without which nothing is sent: `PENSTOCK_TOKEN` (a bearer token), `PENSTOCK_USER` (`user:password`),
 * `PENSTOCK_HEADER_X_API_KEY`, `PENSTOCK_QUERY_ACCESS_TOKEN` (curl 7.87 or newer, which encodes it). Where nobody recorded
 * which there were, `PENSTOCK_TOKEN` is sent when it is set.
 *
 * @example
 * ```ts
 * import { flightOf } from '@penstock/core'
 * import { curl } from '@penstock/core/diagnose'
 *
 * const again = (error: unknown) => {
 *   const flight = flightOf(error)
 *   return flight && curl(flight)
 * }
 * ```
 */
export function curl({ method, url, trips }: Flight): string {
  const body = trips.some(({ bytesSent }) => bytesSent > 0)
  const parts = [
    'curl --silent --show-error --globoff --path-as-is --output /dev/null',
    method === 'HEAD' ? '--head' : `--request ${quoted(masked(method).replaceAll(/[^!#$%&'*+.^_`|~\w-]/g, ''))}`,
    `--url ${quoted(masked(url).replaceAll(unseen, encoded))}"\${PENSTOCK_QUERY:+?$PENSTOCK_QUERY}"`,
    ...credentials(trips),
    ...(body ? ['${PENSTOCK_BODY:+--data-binary "@$PENSTOCK_BODY"}'] : []),
    `--write-out ${quoted(times)}`,
  ]
  return parts.join(' \\\n  ')
}

function credentials(trips: Flight['trips']): string[] {
  if (trips.every((trip) => trip.credentials === undefined))
    return ['${PENSTOCK_TOKEN:+--header "Authorization: Bearer $PENSTOCK_TOKEN"}']
  const options = trips
    .flatMap((trip) => trip.credentials ?? [])
    .filter(isSendable)
    .map(option)
  return [...new Set(options)]
}

/** What a file calls a header may be anything. */
const isSendable = ({ in: place, name }: Credential) => place === 'query' || /^[!#$%&'*+.^_`|~\w-]+$/.test(name)

function option({ in: place, name, scheme }: Credential): string {
  const own = masked(name)
  const variable = `PENSTOCK_${place}_${own}`.replaceAll(/\W/g, '_').toUpperCase()
  if (place === 'query') return `--url-query ${quoted(`${encodeURIComponent(own.toWellFormed())}=`)}"\${${variable}:?}"`
  if (name === 'authorization' && scheme === 'Basic') return '--user "${PENSTOCK_USER:?}"'
  const before = scheme === undefined ? `${own}: ` : `${own}: ${scheme} `
  return `--header ${quoted(before)}"\${${name === 'authorization' && scheme ? 'PENSTOCK_TOKEN' : variable}:?}"`
}

const times =
  'status %{http_code}  dns %{time_namelookup}  tcp %{time_connect}  tls %{time_appconnect}  ' +
  'first byte %{time_starttransfer}  total %{time_total}  address %{remote_ip}\\n'

/** A URL means the same with these encoded, and a terminal is left alone. */
const unseen = /[\p{C}\u2028\u2029]/gu
const encoded = (one: string) => encodeURIComponent(one.toWellFormed())

/** One word to a shell, whatever stands in it; no argument can hold a NUL. */
const quoted = (word: string): string => `'${word.replaceAll('\0', '').replaceAll("'", String.raw`'\''`)}'`

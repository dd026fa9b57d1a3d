import type { Flight } from './flight.ts'
import { masked } from './gate/masked.ts'

/**
 * A call as a command line for `sh`, that tells its times. A flight holds no query, header or body: `PENSTOCK_QUERY`,
 * `PENSTOCK_TOKEN` (sent as a bearer token) and `PENSTOCK_BODY` (a file) bring them, where they are set.
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
    method === 'HEAD' ? '--head' : `--request ${quoted(masked(method))}`,
    `--url ${quoted(masked(url))}"\${PENSTOCK_QUERY:+?$PENSTOCK_QUERY}"`,
    '${PENSTOCK_TOKEN:+--header "Authorization: Bearer $PENSTOCK_TOKEN"}',
    ...(body ? ['${PENSTOCK_BODY:+--data-binary "@$PENSTOCK_BODY"}'] : []),
    `--write-out ${quoted(times)}`,
  ]
  return parts.join(' \\\n  ')
}

const times =
  'status %{http_code}  dns %{time_namelookup}  tcp %{time_connect}  tls %{time_appconnect}  ' +
  'first byte %{time_starttransfer}  total %{time_total}  address %{remote_ip}\\n'

/** One word to a shell, whatever stands in it; no argument can hold a NUL. */
const quoted = (word: string): string => `'${word.replaceAll('\0', '').replaceAll("'", String.raw`'\''`)}'`

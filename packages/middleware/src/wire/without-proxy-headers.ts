import type { Call } from '@penstock/core'

/** What a caller would tell a proxy: the origin it concerns nothing. */
const proxyHeaders = ['proxy-authorization', 'proxy-connection'] as const

export const tellsProxies = ({ headers }: Call): boolean =>
  headers['proxy-authorization'] !== undefined || headers['proxy-connection'] !== undefined

/** The call without headers for a proxy, and which they were. The same call when there are none. */
export function withoutProxyHeaders(call: Call): { readonly call: Call; readonly told: readonly string[] } {
  const told = proxyHeaders.filter((header) => call.headers[header] !== undefined)
  if (told.length === 0) return { call, told }
  const headers = Object.entries(call.headers).filter(([header]) => !told.some((name) => name === header))
  return { call: call.with({ headers: Object.fromEntries(headers) }), told }
}

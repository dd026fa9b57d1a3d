import type { Call } from '@penstock/core'

export type HttpAttributes = {
  readonly 'http.request.method': string
  readonly 'server.address': string
  readonly 'server.port': number
  readonly 'url.scheme': string
}

/** Of the semantic conventions: the others are `_OTHER`, so that nobody's invention becomes a label. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY', 'TRACE', 'CONNECT'])

/**
 * What OpenTelemetry's semantic conventions ask of every HTTP client.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 */
export function httpAttributes({ method, origin }: Pick<Call, 'method' | 'origin'>): HttpAttributes {
  const [, scheme, host, port] = /(https?):\/\/(.+?)(?::(\d+))?$/.exec(origin)!
  return {
    'http.request.method': methods.has(method) ? method : '_OTHER',
    'server.address': host!.replace(/[[\]]/g, ''),
    'server.port': Number(port ?? (scheme === 'https' ? 443 : 80)),
    'url.scheme': scheme!,
  }
}

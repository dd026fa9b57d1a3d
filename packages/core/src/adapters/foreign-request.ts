import { type Body, onceBody } from '../body.ts'
import type { RequestOptions } from '../request.ts'
import type { HeaderValue } from '../headers.ts'
import type { Request } from '../request.ts'
import { Secret } from '../secret.ts'
import { connectionHeaders } from '../transports/wire-headers.ts'

export type Foreign = {
  readonly method: string
  /** Absolute. */
  readonly url: URL
  readonly headers: Iterable<readonly [name: string, value: string]>
  readonly body: Body
  /** Of the body; a header of that name wins. */
  readonly contentType?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly options?: RequestOptions | undefined
}

/**
 * A request of another library as one of ours. Credentials become secrets; headers that speak of the connection are left
 * out, as the fetch standard does; a `content-length` becomes the length of a body that has none.
 */
export function foreignRequest({ method, url, headers: given, body, contentType, signal, options }: Foreign): Request {
  const headers: Record<string, HeaderValue> = {}
  let length: number | undefined
  for (const [anyCase, value] of given) {
    const name = anyCase.toLowerCase()
    if (name === 'content-length') length = Number(value)
    else if (!connection.has(name))
      headers[name] = credentials.has(name) ? new Secret(name, value) : added(headers[name], value)
  }
  if (contentType !== undefined) headers['content-type'] ??= contentType
  // a brace stands for itself here, and for a parameter in a path of ours
  const path = (url.origin + url.pathname + url.search).replaceAll('{', '%7B').replaceAll('}', '%7D')
  return {
    ...options,
    method,
    path,
    headers,
    body:
      length === undefined || body.kind !== 'once'
        ? body
        : onceBody({ [Symbol.asyncIterator]: () => body.open()[Symbol.asyncIterator]() }, length),
    ...(signal !== undefined && { signal }),
  }
}

const added = (had: HeaderValue | undefined, value: string): HeaderValue =>
  had === undefined || had instanceof Secret ? value : [had, value].flat()

const credentials = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'api-key'])

const connection: ReadonlySet<string> = new Set([...connectionHeaders, 'te'])

import { type Call, ConfigError, type HeaderValue, layer, type Next, onward, Secret } from '@penstock/core'

export type DefaultsOptions<Name extends string = 'defaults'> = {
  /** Sent where the call has no header of that name. @default none */
  readonly headers?: Readonly<Record<string, HeaderValue>>
  /** Sent where the call has no query parameter of that name; a `Secret` stays out of every path that is shown. @default none */
  readonly query?: Readonly<Record<string, string | number | boolean | Secret>>
  /** The header `user-agent`, where the call and `headers` have none. @default none */
  readonly userAgent?: string
  /** @default 'defaults' */
  readonly name?: Name
}

/**
 * Send headers, query parameters and a user agent with every call that has none of its own under that name.
 *
 * @throws ConfigError when a header or a parameter cannot be sent
 * @example
 * ```ts
 * import { defaults } from '@penstock/middleware'
 *
 * const common = defaults({ headers: { accept: 'application/json' }, query: { lang: 'en' }, userAgent: 'shop/2.1' })
 * ```
 */
export function defaults<const Name extends string = 'defaults'>(options: DefaultsOptions<Name> = {}) {
  const { query = {}, name = 'defaults' as Name } = options
  const headers = headersOf(options)
  const pairs = Object.entries(query)
  for (const [parameter, value] of pairs)
    if (parameter === '' || !(value instanceof Secret || ['string', 'number', 'boolean'].includes(typeof value)))
      throw invalid(`the query parameter '${parameter}' has no name, or a value that has no text`)
  return layer({
    name,
    slot: 'identify',
    about: [...Object.keys(headers), ...pairs.map(([parameter]) => `?${parameter}`)].join(' '),
    run: (call: Call, next: Next) => onward(next, withQuery(call.withHeaders({ ...headers, ...call.headers }), pairs)),
  })
}

function headersOf({ headers = {}, userAgent }: DefaultsOptions<string>): Record<string, HeaderValue> {
  const named: Record<string, HeaderValue> = userAgent === undefined ? {} : { 'user-agent': userAgent }
  for (const [header, value] of Object.entries(headers)) named[header.toLowerCase()] = value
  for (const [header, value] of Object.entries(named)) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(header)) throw invalid(`'${header}' is no name of a header`)
    const texts: readonly unknown[] = [value instanceof Secret ? value.reveal() : value].flat()
    if (!texts.every((text) => typeof text === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(text)))
      throw invalid(`the header '${header}' holds characters that a header may not`)
  }
  return named
}

function withQuery(call: Call, pairs: readonly (readonly [string, string | number | boolean | Secret])[]): Call {
  const { path, secretQuery } = call
  const own = new URLSearchParams(path.split('?').slice(1).join('?'))
  const missing = pairs.filter(([name]) => !own.has(name) && !secretQuery.some(([taken]) => taken === name))
  if (missing.length === 0) return call
  const secrets = missing.flatMap(([name, value]) => (value instanceof Secret ? [[name, value] as const] : []))
  const text = missing
    .flatMap(([name, value]) =>
      value instanceof Secret ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
    )
    .join('&')
  return call.with({
    path: text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`,
    secretQuery: [...secretQuery, ...secrets],
  })
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `defaults: ${because}`)

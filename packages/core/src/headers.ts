import { InputError } from './errors.ts'
import { Secret } from './secret.ts'

export type HeaderValue = string | Secret | readonly string[]

/** Headers of a call. Names in lower case. A {@link Secret} is revealed by the transport and by nobody else. */
export type Headers = Readonly<Record<string, HeaderValue | undefined>>

/** Headers of a reply. Names in lower case. One that came more than once is a list, and `set-cookie` always is. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export const noHeaders: Headers = Object.freeze({})

/** The first value of a reply's header. `name` in lower case. */
export function header(headers: ReplyHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' || value === undefined ? value : value[0]
}

/** Every value of a reply's header, none if it is missing. */
export function headerList(headers: ReplyHeaders, name: string): readonly string[] {
  const value = headers[name]
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

/**
 * Names in lower case, what is undefined left out. The same object comes back when there is nothing to mend.
 *
 * @throws InputError for fetch's Headers, a Map or a list, which have no properties to read
 */
export function lowerCased(headers: Headers): Headers {
  if (Symbol.iterator in headers)
    throw new InputError('REQUEST_INVALID', 'The headers are no plain object: make one by Object.fromEntries(headers)')
  for (const name in headers) if (headers[name] === undefined || name !== name.toLowerCase()) return mended(headers)
  return headers
}

function mended(headers: Headers): Headers {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]))
}

/** What goes on the wire: every secret revealed. For transports and signatures only. */
export function revealed(headers: Headers): Record<string, string | readonly string[]> {
  const wire: Record<string, string | readonly string[]> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) wire[name] = value instanceof Secret ? value.reveal() : value
  }
  return wire
}

/**
 * `Retry-After` in milliseconds: as seconds, as a date, or from `retry-after-ms`. A date is counted from the server's own
 * `Date`, so that a wrong clock here does no harm, and from `date` where there is none.
 */
export function retryAfter(headers: ReplyHeaders, date: number): number | undefined {
  const exact = header(headers, 'retry-after-ms')
  if (exact !== undefined && /^\d+(\.\d+)?$/.test(exact)) return Number(exact)
  const value = header(headers, 'retry-after')?.trim()
  if (value === undefined) return undefined
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  if (!isDate.test(value)) return undefined
  const from = Date.parse(header(headers, 'date') ?? '')
  const milliseconds = Date.parse(value) - (Number.isNaN(from) ? date : from)
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds)
}

/** As HTTP writes one, or ISO 8601: `Date.parse` takes any words before a number for a date of 2001. */
const isDate = /^(?:mon|tue|wed|thu|fri|sat|sun|\d{4}-)/i

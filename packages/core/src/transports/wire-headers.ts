import type { Headers } from '../headers.ts'
import { Secret } from '../secret.ts'

/** Names and values by turns. Holds revealed secrets: for the library that sends them, and nobody else. */
export type WireHeaders = readonly (string | readonly string[])[]

/** Headers of a call as they are sent, with the encodings that we decode; or what is wrong with them. */
export type CheckedHeaders = {
  readonly wrong?: string
  /** The Content-Length that is among them. */
  readonly said?: string | undefined
  readonly headers: WireHeaders
}

/** Calls without headers of their own share their client's, and its token's: those are looked at once. */
export function checkedHeaders(given: Headers): CheckedHeaders {
  if (given === last) return known
  const found = checked(given)
  if (
    !Object.isFrozen(given) ||
    Object.values(given).some((value) => typeof value === 'object' && !(value instanceof Secret))
  )
    return found
  last = given
  return (known = found)
}

function checked(given: Headers): CheckedHeaders {
  const headers: (string | readonly string[])[] = []
  let said: string | undefined
  for (const name in given) {
    const own = given[name]
    if (own === undefined) continue
    const value = own instanceof Secret ? own.reveal() : own
    const wrong = wrongHeader(name, value)
    if (wrong !== undefined) return { wrong, headers }
    if (name === 'content-length') said = String(value)
    headers.push(name, value)
  }
  if (given['accept-encoding'] === undefined) headers.push('accept-encoding', 'gzip, deflate, br, zstd')
  return { said, headers }
}

/** Undefined when nothing is. */
function wrongHeader(name: string, value: unknown): string | undefined {
  if (!names.has(name) && !isToken.test(name)) return 'a header has a name that is not a token'
  if (connectionHeaders.has(name)) return `the header '${name}' is the transport's own: leave it out`
  if (typeof value === 'string' && isText.test(value)) return undefined
  const values: readonly unknown[] = [value].flat()
  if (values.some((one) => typeof one === 'string' && /[\r\n]/.test(one)))
    return `the header '${name}' holds a line break`
  return values.every((one) => typeof one === 'string' && isText.test(one))
    ? undefined
    : `the header '${name}' holds characters that a header may not`
}

let last: Headers | undefined
let known: CheckedHeaders = { headers: [] }

/** Those that most requests bear. */
const names = new Set(['accept', 'authorization', 'content-type', 'user-agent', 'cookie', 'content-length'])

const isToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const isText = /^[\t\x20-\x7e\x80-\xff]*$/

/** They speak of the connection, which is the transport's to keep. */
export const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'expect',
  'http2-settings',
])

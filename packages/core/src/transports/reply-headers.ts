import type { ReplyHeaders } from '../headers.ts'

/** Names and values as they came, in turn: what came twice is a list, `set-cookie` always is. */
export function replyHeaders(raw: readonly string[]): ReplyHeaders {
  const headers: Record<string, string | string[]> = {}
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase()
    const value = raw[at + 1]!
    const had = Object.hasOwn(headers, name) ? headers[name]! : undefined
    const now =
      had === undefined
        ? name === 'set-cookie'
          ? [value]
          : value
        : [...(typeof had === 'string' ? [had] : had), value]
    if (name === '__proto__') Object.defineProperty(headers, name, { value: now, enumerable: true, configurable: true })
    else headers[name] = now
  }
  return headers
}

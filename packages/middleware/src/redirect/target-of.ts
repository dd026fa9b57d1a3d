import type { Call, ReplyHeaders } from '@penstock/core'

export type Target = { readonly origin: string; readonly path: string }

/**
 * Where a `Location` leads, without its fragment; undefined without one.
 *
 * @returns a sentence when it leads nowhere that may be followed
 */
export function targetOf({ origin, path }: Call, location: ReplyHeaders[string]): Target | string | undefined {
  if (location === undefined) return undefined
  const [first, ...others] = new Set([location].flat())
  if (others.length > 0) return 'there is more than one Location, and they differ'
  const url = URL.parse(utf8(first!), origin + path)
  if (url === null) return 'the Location is no URL'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the Location is neither http nor https'
  if (url.username !== '' || url.password !== '') return 'the Location holds a user or a password'
  return { origin: url.origin, path: url.pathname + url.search }
}

/** Servers write UTF-8 into a header, and it arrives a character a byte. */
function utf8(text: string): string {
  if (!/[\x80-\xff]/.test(text) || /[^\t\x20-\xff]/.test(text)) return text
  const read = Buffer.from(text, 'latin1').toString()
  return read.includes('\ufffd') ? text : read
}

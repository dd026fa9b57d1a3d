import type { FlightTrip } from '../../recorder/flight.ts'

/**
 * A body of the same meaning: what was in it is in no file.
 *
 * @param read what its caller found when it read it
 */
export function bodyOf({ answer }: FlightTrip, read: string | undefined): Uint8Array {
  const said = answer?.body
  if (said?.kind === 'html' || read === 'BODY_HTML') return Buffer.from('<!doctype html>')
  if (said?.kind === 'text' || read === 'BODY_NOT_JSON') return Buffer.from('-')
  // a call for a token needs one
  const value = { access_token: 'replayed', token_type: 'bearer', expires_in: 2_592_000 }
  if (said?.kind === 'json') {
    put(value, said.path, said.code)
    if (said.message !== undefined) put(value, said.messagePath, said.message)
  }
  const text = JSON.stringify(value)
  // a charset that is right
  const wide = read !== 'BODY_CHARSET' && /charset=utf-16/i.test(answer?.headers?.['content-type'] ?? '')
  if (!wide) return Buffer.from(text)
  const units = Buffer.from(text, 'utf16le')
  return /utf-16be/i.test(answer!.headers!['content-type']!) ? units.swap16() : units
}

/** @param path dotted */
function put(value: object, path: string, text: string): void {
  const keys = path.split('.')
  const last = keys.pop()!
  const place = keys.reduce<object>((inside, key) => {
    const there: unknown = Object.hasOwn(inside, key) ? Reflect.get(inside, key) : undefined
    if (typeof there === 'object' && there !== null) return there
    own(inside, key, {})
    return Reflect.get(inside, key) as object
  }, value)
  own(place, last, text)
}

const own = (place: object, key: string, given: unknown) =>
  Object.defineProperty(place, key, { value: given, enumerable: true, writable: true })

import { header, type ReplyHeaders } from '../../headers.ts'
import type { Failure, Phase, Sent } from '../../outcome.ts'
import type { Verdict } from '../../verdict.ts'
import type { Ledger } from '../ledger.ts'
import type { BodySaid, Trip } from '../trip.ts'

/** A failure of a trip, or of the body of its answer. */
export type TripFailure = {
  readonly verdict: Verdict
  readonly code: string
  readonly layer: string
  readonly because: string
  readonly phase: Phase
  readonly sent: Sent
  readonly peerRefused: boolean
  readonly retryAfter: number | undefined
  /** It did not come from the wire: the call was over, by a bound of its own or its caller. */
  readonly cut: boolean
}

/** What came of a trip, as far as layers decide by it. */
export type TripAnswer = {
  readonly failure?: TripFailure | undefined
  /** Of those that layers act upon, what is a number, a date or a word of a fixed vocabulary. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Of the body, what a judge read in it. */
  readonly body?: BodySaid | undefined
  /** Why the body did not come to its end. */
  readonly broken?: TripFailure | undefined
}

/** Of the trips of one call. */
export function answersOf(ledger: Ledger): readonly TripAnswer[] {
  const places = new Map([[ledger.address, ledger.url.replace(origin, '') || '/']])
  let base = ledger.address
  return ledger.trips.map((trip) => {
    const { failure, headers, body, timeline, transport } = trip
    const broken = timeline?.broken
    const location = headers === undefined ? undefined : locationOf(trip, headers, base)
    if (location !== undefined) base = location
    return {
      failure: failure && failureOf(failure, transport),
      headers: headers && {
        ...telling(headers),
        ...(location !== undefined && { location: placeOf(location, places) }),
      },
      body,
      broken: broken && failureOf(broken, transport),
    }
  })
}

const origin = /^https?:\/\/[^/?#]*/i

function failureOf(failure: Failure, transport: string): TripFailure {
  const { verdict, code, layer, because, phase, sent, peerRefused, retryAfter } = failure
  const bounded = verdict === 'timeout' || verdict === 'late' || verdict === 'cancelled'
  const cut = bounded && layer !== transport && code !== 'BODY_IDLE' && code !== 'CLIENT_CLOSED'
  return { verdict, code, layer, because, phase, sent, peerRefused, retryAfter, cut }
}

const number = /^\d{1,15}(\.\d{1,9})?$/
const words = /^(?:no-cache|no-store|private|public|must-revalidate|immutable|max-age=\d{1,10}|s-maxage=\d{1,10})$/
/** What is said in a fixed vocabulary, by header. */
const vocabularies: Readonly<Record<string, (text: string) => string | undefined>> = {
  'retry-after': (text) => numberOf(text) ?? dateOf(text),
  'retry-after-ms': numberOf,
  date: dateOf,
  age: numberOf,
  expires: dateOf,
  'content-length': numberOf,
  'cache-control': (text) => listed(text, words),
  'content-type': mediaType,
  // that there was one: where a redirect leads may hang on it
  'set-cookie': () => 'replayed=1',
  ratelimit: limits,
  'ratelimit-policy': limits,
  ...Object.fromEntries(
    ['ratelimit', 'x-ratelimit', 'x-rate-limit'].flatMap((prefix) =>
      ['limit', 'remaining', 'reset'].map((part) => [`${prefix}-${part}`, limits]),
    ),
  ),
}

function telling(headers: ReplyHeaders): Record<string, string> {
  const told: Record<string, string> = {}
  for (const name in vocabularies) {
    const text = header(headers, name)
    const said = text === undefined ? undefined : vocabularies[name]!(text.slice(0, 1024).trim())
    if (said !== undefined) told[name] = said
  }
  return told
}

function numberOf(text: string): string | undefined {
  return number.test(text) ? text : undefined
}

function dateOf(text: string): string | undefined {
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : new Date(date).toUTCString()
}

const listed = (text: string, allowed: RegExp) =>
  text
    .toLowerCase()
    .split(/\s*,\s*/)
    .filter((word) => allowed.test(word))
    .join(', ')

/** JSON, HTML or other; and a charset that this engine knows. */
function mediaType(text: string): string {
  const [type = ''] = text.toLowerCase().split(/[\s;]/, 1)
  const kind = /^[\w.+-]+\/(?:[\w.+-]+\+)?json$/.test(type)
    ? 'application/json'
    : type === 'text/html'
      ? 'text/html'
      : 'application/octet-stream'
  const charset = /;\s*charset="?([\w-]{1,20})"?/i.exec(text)?.[1]
  return charset === undefined || !isCharset(charset) ? kind : `${kind}; charset=${charset}`
}

function isCharset(label: string): boolean {
  try {
    return new TextDecoder(label) instanceof TextDecoder
  } catch {
    return false
  }
}

/** Names of policies are numbered: anything may stand in them. */
function limits(text: string): string | undefined {
  if (number.test(text)) return text
  const names: string[] = []
  const items = text.split(',').map((item) => {
    const [first = '', ...rest] = item.trim().split(/\s*;\s*/)
    const kept = rest.filter((part) => /^(?:[qwrt]|window|policy)=\d{1,15}(?:\.\d{1,9})?$|^qu="?requests"?$/.test(part))
    const key = /^(?:(?:limit|remaining|reset)=)?\d{1,15}(?:\.\d{1,9})?$/.test(first) ? first : named(first, names)
    return [key, ...kept].join(';')
  })
  return items.slice(0, 16).join(', ')
}

function named(name: string, names: string[]): string {
  if (!names.includes(name)) names.push(name)
  return `"policy-${names.indexOf(name) + 1}"`
}

function locationOf({ status = 0 }: Trip, headers: ReplyHeaders, base: string): string | undefined {
  const said = header(headers, 'location')
  return said === undefined || status < 300 || status > 399 ? undefined : URL.parse(said, base)?.href
}

/** A path is numbered, and only the kind of origin told: an address may hold anything. */
function placeOf(location: string, places: Map<string, string>): string {
  const url = new URL(location)
  const known = places.get(location)
  if (known !== undefined) return known
  const [first = ''] = places.keys()
  const crosses = url.origin !== URL.parse(first)?.origin
  const path = `/hop-${places.size}`
  const place = crosses ? `${url.protocol}//other-${places.size}.invalid${path}` : path
  places.set(location, place)
  return place
}

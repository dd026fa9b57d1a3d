import { type Clock, header, headerList, type Outcome, type ReplyHeaders } from '@penstock/core'

/** What a server says of its limit. Times in milliseconds. */
export type Told = {
  /** Requests it will still take. */
  readonly remaining?: number | undefined
  /** Until it takes more. */
  readonly reset?: number | undefined
  /** Requests in a window, of the policy with the shortest one. */
  readonly limit?: number | undefined
  readonly window?: number | undefined
}

/** Nobody is believed who asks for more than a day. */
const longest = 86_400_000

/**
 * What the `RateLimit` headers of a reply say: the IETF's fields (draft-ietf-httpapi-ratelimit-headers, from 08 on), those of
 * its earlier drafts, and `X-RateLimit-*`, whose reset may be seconds or a time since 1970. What makes no sense is left out.
 *
 * @param clock for the wall clock, where the server sends no `Date`
 */
export function told(headers: ReplyHeaders, clock: Clock): Told | undefined {
  if (headers['ratelimit'] !== undefined) return { ...policy(headers), ...fields(headers) }
  // each by its name: every reply is looked at, and what stands in a variable is looked up at ten times the price
  if (headers['ratelimit-remaining'] !== undefined) return toldByThree(headers, 'ratelimit', clock)
  if (headers['x-ratelimit-remaining'] !== undefined) return toldByThree(headers, 'x-ratelimit', clock)
  if (headers['x-rate-limit-remaining'] !== undefined) return toldByThree(headers, 'x-rate-limit', clock)
  return headers['ratelimit-policy'] === undefined ? undefined : policy(headers)
}

function toldByThree(headers: ReplyHeaders, prefix: string, clock: Clock): Told {
  return {
    ...policy(headers, `${prefix}-limit`),
    remaining: whole(header(headers, `${prefix}-remaining`)),
    reset: until(header(headers, `${prefix}-reset`), header(headers, 'date'), clock),
  }
}

/** Milliseconds that a server that refuses asks us to wait. */
export function asked({ retryAfter }: Outcome, said: Told | undefined): number | undefined {
  const after = retryAfter ?? (said?.remaining === 0 ? said.reset : undefined)
  return after !== undefined && after >= 0 && after <= longest ? after : undefined
}

/** `"burst";r=0;t=7` or, before draft 08, `limit=9, remaining=0, reset=7`. Of several, the one with the least left. */
function fields(headers: ReplyHeaders): Told {
  const items = itemsOf(headers, 'ratelimit')
  const named = new Map(items.map(({ key, value }) => [key, value]))
  if (named.has('remaining')) return { remaining: whole(named.get('remaining')), reset: seconds(named.get('reset')) }
  const others = new Set(
    itemsOf(headers, 'ratelimit-policy').flatMap(({ key, parameters }) => (countsRequests(parameters) ? [] : [key])),
  )
  return items
    .filter(({ key }) => !others.has(key))
    .map(({ parameters }) => ({ remaining: whole(parameters.get('r')), reset: seconds(parameters.get('t')) }))
    .filter(({ remaining }) => remaining !== undefined)
    .reduce<Told>((least, each) => (tighter(each, least) ? each : least), {})
}

const tighter = (one: Told, other: Told) =>
  other.remaining === undefined ||
  one.remaining! < other.remaining ||
  (one.remaining === other.remaining && (one.reset ?? 0) > (other.reset ?? 0))

/** `"burst";q=100;w=60` or, before draft 08, `100;w=60`. */
function policy(headers: ReplyHeaders, name = 'ratelimit-policy'): Told {
  let found: { readonly limit: number; readonly window: number } | undefined
  for (const field of new Set(['ratelimit-policy', name])) {
    for (const { key, parameters } of itemsOf(headers, field)) {
      const limit = whole(parameters.get('q') ?? key)
      const window = seconds(parameters.get('w') ?? parameters.get('window'))
      if (!limit || !window || !countsRequests(parameters)) continue
      if (found === undefined || window < found.window) found = { limit, window }
    }
  }
  return found ?? {}
}

const countsRequests = (parameters: ReadonlyMap<string, string>) => (parameters.get('qu') ?? 'requests') === 'requests'

type Item = { readonly key: string; readonly value: string; readonly parameters: ReadonlyMap<string, string> }

/** A list of structured fields, read leniently: `key=value;name=value`, each perhaps in quotes. */
function itemsOf(headers: ReplyHeaders, name: string): readonly Item[] {
  const text = headerList(headers, name).join(',')
  if (text.length > 4096 || text.split('"').length % 2 === 0) return []
  return (text.match(/(?:"[^"]*"|[^",])+/g) ?? []).map((item) => {
    const [first, ...rest] = (item.match(/(?:"[^"]*"|[^";])+/g) ?? []).map(pair)
    return { key: first?.[0] ?? '', value: first?.[1] ?? '', parameters: new Map(rest) }
  })
}

function pair(text: string): readonly [string, string] {
  const [, key = '', value = ''] = /^\s*("[^"]*"|[^=\s]*)\s*(?:=\s*(.*?))?\s*$/.exec(text) ?? []
  return [bare(key), bare(value)]
}

const bare = (text: string) => text.replace(/^"(.*)"$/, '$1')

const whole = (text: string | undefined) =>
  text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined

function seconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}(\.\d{1,9})?$/.test(text.trim())) return undefined
  const milliseconds = Number(text) * 1000
  return milliseconds <= longest ? milliseconds : undefined
}

/** Seconds from now on, or since 1970, by the server's own clock; a few say milliseconds. */
function until(text: string | undefined, server: string | undefined, clock: Clock): number | undefined {
  const value = text === undefined || !/^\d{1,15}(\.\d{1,9})?$/.test(text.trim()) ? NaN : Number(text)
  if (!(value >= 1e9)) return seconds(text)
  const from = Date.parse(server ?? '')
  const milliseconds = (value >= 1e12 ? value : value * 1000) - (Number.isNaN(from) ? clock.date() : from)
  return milliseconds <= longest ? Math.max(0, milliseconds) : undefined
}

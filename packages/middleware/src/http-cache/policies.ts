import { createRequire } from 'node:module'
import type CachePolicy from 'http-cache-semantics'
import { type Call, type Clock, ConfigError, type Reply, type ReplyHeaders } from '@penstock/core'
import { directives, millisecondsOf } from './directives.ts'
import { headerText } from './header-text.ts'

/** What a kept page may be used for. */
export type Use =
  | { readonly kind: 'fresh'; readonly headers: ReplyHeaders }
  /** It may be given at once, and is to be asked for anew behind the back. */
  | { readonly kind: 'stale-while-revalidate'; readonly headers: ReplyHeaders; readonly asking: Record<string, string> }
  /** The server is to be asked first, with these headers. */
  | { readonly kind: 'ask'; readonly asking: Record<string, string> }

/** http-cache-semantics, on the clock of a call, and never shown what is secret: it judges by the cache's own headers. */
export class Policies {
  readonly #Policy: typeof CachePolicy

  /** @throws ConfigError `MISSING_PEER` */
  constructor(name: string) {
    let library: typeof CachePolicy
    try {
      library = createRequire(import.meta.url)('http-cache-semantics') as typeof CachePolicy
    } catch {
      throw new ConfigError(
        'MISSING_PEER',
        `${name}() stands on http-cache-semantics: npm install http-cache-semantics@4`,
      )
    }
    this.#Policy = class extends library {
      now(): number {
        return at
      }
    }
  }

  of(call: Call<any>, reply: Reply): CachePolicy {
    at = call.clock.date()
    return new this.#Policy(asked(call), answered(reply), { shared: false })
  }

  restored(clock: Clock, kept: object): CachePolicy {
    at = clock.date()
    return this.#Policy.fromObject(kept as CachePolicy.CachePolicyObject)
  }

  use(call: Call<any>, policy: CachePolicy): Use {
    at = call.clock.date()
    const request = asked(call)
    const said = directives(headersOf(policy)['cache-control'])
    // only what is no longer fresh must be asked for again; and what says no-cache always is
    const strict = said.has('must-revalidate') && policy.stale()
    const judge = said.has('must-revalidate') && !strict ? this.#lenient(policy) : policy
    const { response, revalidation } = judge.evaluateRequest(request)
    const asking = policy.revalidationHeaders(request) as Record<string, string>
    if (response === undefined || (said.has('no-cache') && policy.stale())) return { kind: 'ask', asking }
    const headers = response.headers as ReplyHeaders
    return revalidation === undefined ? { kind: 'fresh', headers } : { kind: 'stale-while-revalidate', headers, asking }
  }

  /** The policy and the headers after a 304, or undefined when it is about another page. */
  confirmed(call: Call<any>, policy: CachePolicy, reply: Reply): CachePolicy | undefined {
    at = call.clock.date()
    const { status, headers } = answered(reply)
    // without a validator of its own it is about the page that was asked for
    const named = headers['etag'] !== undefined || headers['last-modified'] !== undefined
    const answer = { status, headers: named ? headers : { ...validatorsOf(policy), ...headers } }
    const { policy: renewed, matches } = policy.revalidatedPolicy(asked(call), answer)
    if (!matches) return undefined
    // the library updates the headers it has; those that are new belong to the page as well
    const kept = renewed.toObject() as Kept
    return this.#Policy.fromObject({
      ...kept,
      resh: { ...without(answer.headers, ofTheBody), ...kept.resh, ...bodyOf(policy) },
    })
  }

  /** Whether a page may stand in for an answer that failed. @param own milliseconds that its user allows */
  standsIn(call: Call<any>, policy: CachePolicy, own: number): boolean {
    at = call.clock.date()
    const said = directives(headersOf(policy)['cache-control'])
    if (said.has('must-revalidate') || said.has('no-cache')) return false
    const asks = directives(headerText(call.headers['cache-control']))
    const most = Math.max(own, millisecondsOf(said, 'stale-if-error'), millisecondsOf(asks, 'stale-if-error'))
    return policy.age() * 1000 < policy.maxAge() * 1000 + most
  }

  headers(call: Call<any>, policy: CachePolicy): ReplyHeaders {
    at = call.clock.date()
    return policy.responseHeaders()
  }

  #lenient(policy: CachePolicy): CachePolicy {
    const kept = policy.toObject() as Kept
    return this.#Policy.fromObject({ ...kept, rescc: without(kept.rescc, ['must-revalidate']) })
  }
}

/** The wall clock of the call that asks: the library looks at it within one synchronous question. */
let at = 0

/** All that the library hears of a request. Who asks, and in which variant, is in the key already. */
function asked(call: Call<any>): { headers: Record<string, string>; method: string; url: string } {
  const headers: Record<string, string> = {}
  for (const name of ['cache-control', 'pragma']) {
    const value = headerText(call.headers[name])
    if (value !== undefined) headers[name] = value
  }
  return { method: 'GET', url: '', headers }
}

/**
 * What the library hears of a reply. Which variant it is, is in the key; cookies, and what is between us and a proxy, are not
 * for later; directives come in any case, and an Age that is none makes a page of unknown age, which is old.
 */
function answered({ status, headers }: Reply): { status: number; headers: Record<string, string> } {
  const kept = without(headers as Record<string, string | readonly string[] | undefined>, notForLater)
  const texts = Object.entries(kept).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, [value].flat().join(', ')] as const],
  )
  const { 'cache-control': control, age, ...rest } = Object.fromEntries(texts) as Record<string, string | undefined>
  return {
    status,
    headers: {
      ...(rest as Record<string, string>),
      ...(control !== undefined && { 'cache-control': inLowerCase(control) }),
      ...(age !== undefined && { age: /^\d+$/.test(age) ? age : '2147483648' }),
    },
  }
}

/** Names of directives: a value in quotes may stand in any case. */
const inLowerCase = (control: string) => control.replaceAll(/[^\s,=]+(?=\s*(?:=|,|$))/g, (name) => name.toLowerCase())

const notForLater = ['proxy-authenticate', 'proxy-authentication-info', 'proxy-connection', 'set-cookie', 'vary']

/** A policy as the library writes it down. */
type Kept = CachePolicy.CachePolicyObject & {
  readonly resh: Record<string, string>
  readonly rescc: Record<string, string>
}

const headersOf = (policy: CachePolicy): Record<string, string> => (policy.toObject() as Kept).resh

const validatorsOf = (policy: CachePolicy): Record<string, string> =>
  Object.fromEntries(Object.entries(headersOf(policy)).filter(([name]) => name === 'etag' || name === 'last-modified'))

/** What a 304 says of a body that it has not. */
const ofTheBody = ['content-encoding', 'content-length', 'content-md5', 'content-range', 'transfer-encoding']

const bodyOf = (policy: CachePolicy) =>
  Object.fromEntries(Object.entries(headersOf(policy)).filter(([name]) => ofTheBody.includes(name)))

const without = <Value>(given: Record<string, Value>, names: readonly string[]): Record<string, Value> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)))

import {
  type Call,
  ConfigError,
  duration,
  Failure,
  headerList,
  layer,
  type Next,
  notes,
  type Outcome,
  type Reply,
  verdicts,
} from '@penstock/core'
import { entryOf, replyOf } from './recall/entry.ts'
import { jsonFiles } from './cache/json-files.ts'
import { refresher } from './recall/refresher.ts'
import { Shelf, type ShelfCounts } from './recall/shelf.ts'
import { naming } from './cache/naming.ts'
import { memoryStore } from './stores/memory.ts'
import type { Store } from './stores/store.ts'

export type CacheOptions<Name extends string = 'cache'> = {
  /** Where answers are kept. @default this process's memory, or `dir` */
  readonly store?: Store
  /** Keeps answers in files there, `<digest>.json`, for their owner alone. */
  readonly dir?: string
  /** Milliseconds for which an answer is good. @default 86_400_000 */
  readonly ttl?: number
  /** What names an answer: a digest of all that is sent. @default 'sha256' */
  readonly digest?: 'sha256' | 'md5'
  /** Milliseconds beyond `ttl` for which an answer stands in when there is no better one. @default 0 */
  readonly staleIfError?: number
  /** Milliseconds beyond `ttl` for which an answer is given at once, and asked for anew behind the back. @default 0 */
  readonly staleWhileRevalidate?: number
  /** Of the memory that answers may take; those used longest ago go first. @default 67_108_864 */
  readonly maxBytes?: number
  /**
   * Whose answers these are; goes into every name. In a `dir` or `store`, which others may share, calls without an
   * endpoint pass untouched unless this or `key` is given: an inner layer may add a credential that the key cannot see.
   * @default none
   */
  readonly partition?: string
  /** What makes two calls equal, instead of all that is sent; undefined for a call that shall pass. */
  readonly key?: (call: Call) => string | undefined
  /** @default 'cache' */
  readonly name?: Name
}

export type CacheHandles = { counts(): Readonly<ShelfCounts> }

const says = notes('cache', {
  hit: ['answers from the {store} store, {age:ms} old', '命中 {store} 缓存，{age:ms} 前的结果'],
  revalidates: ['answers with what is {age:ms} old, and asks anew', '返回 {age:ms} 前的结果，并在后台刷新'],
  stands_in: ['answers with what is {age:ms} old: {code}', '以 {age:ms} 前的结果代替：{code}'],
})

/**
 * Answer from memory or disk what has been asked before. Equal is what sends the same: method, address, headers and body,
 * an image with its parameters. GET, HEAD, and POSTs to an endpoint with `repeatable: 'always'`; only answers with a
 * healthy verdict are kept. A hit takes no permit, token or attempt. A store that fails is a miss.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { cache, retry, status } from '@penstock/middleware'
 *
 * const stack = pipeline([cache({ dir: '.answers', staleIfError: 3_600_000 }), retry(), status()], undiciTransport())
 * ```
 */
export function cache<const Name extends string = 'cache'>(options: CacheOptions<Name> = {}) {
  const { ttl = 24 * 60 * 60 * 1000, digest = 'sha256', staleIfError = 0, staleWhileRevalidate = 0 } = options
  const { maxBytes = 64 * 1024 * 1024, dir, name = 'cache' as Name } = options
  for (const [option, value] of Object.entries({ ttl, staleIfError, staleWhileRevalidate, maxBytes }))
    if (!(typeof value === 'number' && value >= 0)) throw invalid(`${option} is ${value}: give a number from zero up`)
  if (digest !== 'sha256' && digest !== 'md5') throw invalid(`digest is ${String(digest)}: give 'sha256' or 'md5'`)
  if (options.store !== undefined && dir !== undefined) throw invalid('store and dir are both given: give one')
  const store = options.store ?? (dir === undefined ? memoryStore({ maxBytes }) : jsonFiles(dir))
  const shelf = new Shelf(store, ttl + Math.max(staleIfError, staleWhileRevalidate), name)
  const refresh = refresher(name)
  const nameOf = naming(options, digest)

  const made = layer({
    name,
    slot: 'recall',
    verdicts: 'needs',
    about: `${store.name}, ${duration(ttl)}`,
    traits: { ttl },
    close: () => shelf.close(),
    run: recalling(ttl),
    override: (own: { readonly ttl?: number }) => recalling(own.ttl ?? ttl),
  })
  return Object.assign(made, { counts: () => ({ ...shelf.counts }) } satisfies CacheHandles)

  /** How long an answer is good may differ from call to call; how long it is kept does not. */
  function recalling(fresh: number) {
    if (!(typeof fresh === 'number' && fresh >= 0)) throw invalid(`ttl is ${fresh}: give a number from zero up`)
    return (call: Call, next: Next) => (isLasting(call) ? recalled(call, next, fresh) : next(call))
  }

  async function recalled(call: Call, next: Next, ttl: number): Promise<Outcome> {
    const key = nameOf(call)
    if (key === undefined) return next(call)
    const entry = await shelf.find(call, key)
    if (entry instanceof Failure) return entry
    const age = entry === undefined ? NaN : call.clock.date() - entry.storedAt
    if (age < 0 || entry === undefined) return kept(call, key, next)
    if (age < ttl) {
      call.note(says.hit, { store: store.name, age }, name)
      return replyOf(entry)
    }
    if (age < ttl + staleWhileRevalidate) {
      call.note(says.revalidates, { store: store.name, age }, name)
      refresh(call, key, (fresh) => kept(fresh, key, next))
      return replyOf(entry)
    }
    const outcome = await kept(call, key, next)
    if (age >= ttl + staleIfError || !isMendable(outcome)) return outcome
    call.note(says.stands_in, { store: store.name, age, code: outcome.code }, name)
    if (!outcome.failed) outcome.body.discard()
    return replyOf(entry)
  }

  async function kept(call: Call, key: string, next: Next): Promise<Outcome> {
    const outcome = await next(call)
    if (outcome.failed || !verdicts[outcome.verdict].healthy || isForbidden(call, outcome)) return outcome
    const body = await outcome.body.read()
    if (!(body instanceof Failure)) shelf.put(call, key, entryOf(outcome, body, call.clock.date()))
    return outcome
  }
}

/** What asks and changes nothing. A streamed body is its reader's alone. */
function isLasting({ method, repeatable, endpoint, streams }: Call): boolean {
  if (streams) return false
  if (method === 'GET' || method === 'HEAD') return true
  return method === 'POST' && endpoint !== undefined && repeatable === 'always'
}

/** A server may forbid to keep a page of its. What an endpoint answers is kept by the word of who turned this layer on. */
const isForbidden = ({ endpoint }: Call, reply: Reply) =>
  endpoint === undefined && headerList(reply.headers, 'cache-control').some((value) => /\bno-store\b/i.test(value))

/** Nothing is wrong with the call itself, and its caller still wants an answer. */
const isMendable = ({ failed, verdict }: Outcome) =>
  verdicts[verdict].again || (failed && verdict !== 'cancelled' && verdicts[verdict].blame === 'nobody')

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `cache: ${because}`)

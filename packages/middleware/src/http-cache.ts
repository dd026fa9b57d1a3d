import {
  type Call,
  ConfigError,
  Failure,
  headerList,
  layer,
  type Next,
  notes,
  type Outcome,
  plainWire,
} from '@penstock/core'
import { isAnswer, isFault, isOnlyIfCached, isPlain, isSafe, missing, pageReply } from './http-cache/exchange.ts'
import { type Page, Pages } from './http-cache/pages.ts'
import { Policies } from './http-cache/policies.ts'
import { memoryStore } from './stores/memory.ts'
import { refresher } from './recall/refresher.ts'
import type { ShelfCounts } from './recall/shelf.ts'
import type { Store } from './stores/store.ts'

export type HttpCacheOptions<Name extends string = 'httpCache'> = {
  /** Where pages are kept. @default this process's memory */
  readonly store?: Store
  /** Of the memory that pages may take; those used longest ago go first. @default 67_108_864 */
  readonly maxBytes?: number
  /** Milliseconds for which a page is kept, so that it may be confirmed when it is no longer fresh. @default 86_400_000 */
  readonly keep?: number
  /** Milliseconds for which a stale page stands in for a failure, beside what servers allow. @default 0 */
  readonly staleIfError?: number
  /**
   * Whose pages these are. In a `store`, which others may share, nothing is kept without it: an inner layer may add a
   * credential that the key cannot see.
   * @default none
   */
  readonly partition?: string
  /** @default 'httpCache' */
  readonly name?: Name
}

export type HttpCacheHandles = { counts(): Readonly<ShelfCounts> }

const says = notes('httpCache', {
  hit: ['answers with a page that is {age} s old', '返回 {age} 秒前的缓存页面'],
  confirmed: ['the server confirms what is kept: answers with that', '服务器确认缓存仍有效：返回缓存'],
  revalidates: ['answers with a page that is {age} s old, and asks anew', '返回 {age} 秒前的页面，并在后台刷新'],
  stands_in: ['answers with a page that is {age} s old: {code}', '以 {age} 秒前的页面代替：{code}'],
  forgets: ['forgets the page, which this call changes', '该调用修改了资源：丢弃缓存页面'],
})

/**
 * An HTTP cache by RFC 9111, private, as a browser has one: pages are given while they are fresh, confirmed by ETag or
 * Last-Modified when they no longer are, chosen by Vary, and forgotten when a call changes them. GET and HEAD; ranges, calls
 * with conditions of their own and streamed calls pass untouched. A hit takes no permit, token or attempt.
 *
 * @throws ConfigError `MISSING_PEER` when http-cache-semantics is not installed; `CONFIG_INVALID`
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { httpCache, retry, status } from '@penstock/middleware'
 *
 * const stack = pipeline([httpCache({ staleIfError: 3_600_000 }), retry(), status()], undiciTransport())
 * ```
 */
export function httpCache<const Name extends string = 'httpCache'>(options: HttpCacheOptions<Name> = {}) {
  const { name = 'httpCache' as Name, maxBytes = 64 * 1024 * 1024, keep = 24 * 60 * 60 * 1000 } = options
  const { store = memoryStore({ maxBytes }), staleIfError = 0, partition } = options
  for (const [option, value] of Object.entries({ maxBytes, keep, staleIfError }))
    if (!(typeof value === 'number' && value >= 0))
      throw new ConfigError('CONFIG_INVALID', `${name}: ${option} is ${value}: give a number from zero up`)
  const mayKeep = options.store === undefined || partition !== undefined
  const policies = new Policies(name)
  const pages = new Pages(store, keep, partition, policies, name)
  const refresh = refresher(name)

  const made = layer({
    name,
    slot: 'recall',
    calls: 'many',
    verdicts: 'needs',
    about: store.name,
    traits: { keep },
    close: () => pages.close(),
    run(call, next) {
      if (!mayKeep || call.wire !== plainWire) return next(call)
      if (!isSafe.has(call.method)) return changing(call, next)
      return isPlain(call) ? recalled(call, next) : next(call)
    },
  })
  return Object.assign(made, { counts: () => ({ ...pages.counts }) } satisfies HttpCacheHandles)

  async function recalled(call: Call, next: Next): Promise<Outcome> {
    const found = await pages.find(call)
    if (found instanceof Failure) return found
    if (found === undefined) return isOnlyIfCached(call) ? missing() : kept(call, await next(call))
    return used(call, next, found)
  }

  async function used(call: Call, next: Next, page: Page): Promise<Outcome> {
    const { entry, policy } = page
    const use = policies.use(call, policy)
    const age = Math.round(policy.age())
    if (use.kind === 'fresh') {
      call.note(says.hit, { age }, name)
      return pageReply(call, entry.status, use.headers, entry.body)
    }
    if (isOnlyIfCached(call)) return missing()
    const asking = { ...call.headers, ...use.asking }
    if (use.kind === 'stale-while-revalidate') {
      call.note(says.revalidates, { age }, name)
      refresh(call, page.key, (fresh) => asked(fresh.with({ headers: asking })))
      return pageReply(call, entry.status, use.headers, entry.body)
    }
    const outcome = await asked(call.with({ headers: asking }))
    if (!isFault(outcome) || !policies.standsIn(call, policy, staleIfError)) return outcome
    call.note(says.stands_in, { age, code: outcome.code }, name)
    if (!outcome.failed) outcome.body.discard()
    return pageReply(call, entry.status, policies.headers(call, policy), entry.body)

    async function asked(asking: Call): Promise<Outcome> {
      const answer = await next(asking)
      if (answer.failed || answer.status !== 304) return kept(asking, answer)
      answer.body.discard()
      const renewed = policies.confirmed(call, policy, answer)
      // it confirms another page than ours: ask for the whole of it
      if (renewed === undefined) return kept(asking, await next(asking.with({ headers: call.headers })))
      asking.note(says.confirmed, {}, name)
      pages.renew(asking, page, renewed)
      return pageReply(call, entry.status, policies.headers(call, renewed), entry.body)
    }
  }

  /** What the server answered, and kept if it may be. */
  async function kept(call: Call, outcome: Outcome): Promise<Outcome> {
    if (outcome.failed || call.method !== 'GET' || !isAnswer(outcome) || !pages.isStorable(call, outcome))
      return outcome
    const body = await outcome.body.read()
    if (!(body instanceof Failure)) pages.put(call, outcome, body)
    return outcome
  }

  /** A call that changes something, if it goes well, makes what is kept of the same address worthless. */
  async function changing(call: Call, next: Next): Promise<Outcome> {
    const outcome = await next(call)
    if (outcome.failed || outcome.status >= 400 || !isAnswer(outcome)) return outcome
    const others = ['location', 'content-location'].flatMap((header) => headerList(outcome.headers, header))
    pages.forget(call, others)
    call.note(says.forgets, {}, name)
    return outcome
  }
}

import {
  type Call,
  canSend,
  ConfigError,
  Failure,
  layer,
  type Next,
  noBody,
  notes,
  type Outcome,
  type Reply,
} from '@penstock/core'
import { carried } from './redirect/carried.ts'
import { crossed } from './crossing/crossed.ts'
import { drain } from './redirect/drain.ts'
import { methodAfter, withoutContent } from './redirect/method-after.ts'
import { targetOf } from './redirect/target-of.ts'
import { Visited } from './redirect/visited.ts'

export type RedirectOptions<Name extends string = 'redirect'> = {
  /** Redirects that one attempt follows. Each is an attempt of the call's budget too. @default 10 */
  readonly maxHops?: number
  /** Whether to follow to another origin: without it such a reply comes out as it is. @default true */
  readonly crossOrigin?: boolean
  /** Further headers that only the first origin may see. @default none */
  readonly sensitiveHeaders?: readonly string[]
  /** Further keys of the context that belong to the first origin. @default none */
  readonly sensitiveContext?: readonly string[]
  /** @default 'redirect' */
  readonly name?: Name
}

const says = notes('redirect', {
  follows: ['follows {status} as {method}, redirect {hop}', '跟随 {status}，以 {method} 发送（第 {hop} 次重定向）'],
  crosses: [
    'follows {status} to another origin as {method}, redirect {hop}, without {dropped} credential(s)',
    '跟随 {status} 到另一源站，以 {method} 发送（第 {hop} 次重定向），去除 {dropped} 项凭据',
  ],
  stays: ['does not follow {status} to another origin', '不跟随 {status} 到另一源站'],
})

/**
 * Follow 301, 302, 303, 307 and 308 by the fetch standard's rules for method and body. Nothing that belongs to one origin
 * reaches another: credentials, cookies, whatever was a `Secret`, in header, query or context. From https to http, in a
 * circle, to an address with a user in it, or beyond `maxHops` it fails, verdict `refused`.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { redirect } from '@penstock/middleware'
 *
 * const follows = redirect({ maxHops: 5, sensitiveHeaders: ['x-tenant'] })
 * ```
 */
export function redirect<const Name extends string = 'redirect'>(options: RedirectOptions<Name> = {}) {
  const { maxHops = 10, crossOrigin = true, sensitiveHeaders = [], sensitiveContext = [] } = options
  const { name = 'redirect' as Name } = options
  if (!Number.isInteger(maxHops) || maxHops < 1)
    throw new ConfigError('CONFIG_INVALID', `${name}({ maxHops }) is a whole number from 1 on`)
  const headers = new Set(sensitiveHeaders.map((header) => header.toLowerCase()))
  const keys = new Set(sensitiveContext)

  return layer({
    name,
    slot: 'follow',
    calls: 'many',
    about: `${maxHops} hops${crossOrigin ? '' : ', same origin'}`,
    traits: { maxHops, crossOrigin },
    run: (call: Call, next: Next) => next(call).then((first) => (redirects(first) ? follow(call, first, next) : first)),
  })

  async function follow(first: Call, answer: Outcome, next: Next): Promise<Outcome> {
    const visited = new Visited(first)
    let call = first
    let outcome = answer
    for (let hop = 1; redirects(outcome); hop++) {
      const hopTo = nextHop(call, outcome, hop, visited)
      if (hopTo === undefined) return found(outcome, call, first)
      await drain(call, outcome.body)
      if (hopTo instanceof Failure) return hopTo
      call = hopTo
      outcome = await next(call)
    }
    // what was answered was looked at: a hop that never left makes no repeat of the whole safe
    if (outcome.failed) return call.method === first.method ? outcome : seen(outcome)
    return found(outcome, call, first)
  }

  /** The call to follow with; undefined to leave the reply as it is. */
  function nextHop(call: Call, reply: Redirecting, hop: number, visited: Visited): Call | Failure | undefined {
    const { status } = reply
    const to = targetOf(call, reply.headers['location'])
    if (to === undefined) return undefined
    if (typeof to === 'string') return fails('REDIRECT_INVALID', to)
    const crosses = to.origin !== call.origin
    if (crosses && !crossOrigin) {
      call.note(says.stays, { status }, name)
      return undefined
    }
    if (call.origin.startsWith('https:') && !to.origin.startsWith('https:'))
      return fails('REDIRECT_INSECURE', `${status} leads from https to http`)
    if (hop > maxHops) return fails('REDIRECT_LIMIT', `${status} would be redirect ${hop} of ${maxHops} allowed`)

    const method = methodAfter(status, call.method)
    let moved = call.with({ ...to, method })
    if (method !== call.method) moved = moved.with({ body: noBody, headers: withoutContent(call.headers) })
    let dropped = 0
    if (crosses) ({ call: moved, dropped } = crossed(moved, call, headers, keys))
    else moved = carried(moved)
    if (moved.path === '') return fails('REDIRECT_INVALID', 'the address on another origin holds a secret of this one')
    if (!visited.add(moved, reply)) return fails('REDIRECT_LOOP', `redirect ${hop} leads where the call has been`)
    if (!canSend(moved.body)) return fails('BODY_SPENT', `${status} wants a body again that can be read once`)
    if (!call.budget.draw())
      return fails('REDIRECT_LIMIT', `the call has made all its ${call.budget.attempts} attempts at redirect ${hop}`)
    if (crosses) call.note(says.crosses, { status, method, hop, dropped }, name)
    else call.note(says.follows, { status, method, hop }, name)
    return moved
  }

  function fails(code: string, because: string): Failure {
    return new Failure('refused', code, name, because, { phase: 'receive', sent: 'all' })
  }
}

type Redirecting = Extract<Outcome, { failed: false }>

const statuses = new Set([301, 302, 303, 307, 308])

const redirects = (outcome: Outcome): outcome is Redirecting => !outcome.failed && statuses.has(outcome.status)

const found = (reply: Reply, call: Call, first: Call) => (call === first ? reply : reply.foundAt(call.url))

function seen(failure: Failure): Failure {
  const { verdict, code, layer: at, because } = failure
  return new Failure(verdict, code, at, because, { ...failure, sent: 'all', peerRefused: false })
}

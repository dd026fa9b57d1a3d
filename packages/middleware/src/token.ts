import {
  andThen,
  type Call,
  canSend,
  ConfigError,
  Failure,
  layer,
  type Next,
  type Outcome,
  printableSecret,
  type Secret,
} from '@penstock/core'
import type { Store } from './stores/store.ts'
import { clientCredentials, type ClientCredentialsOptions } from './token/client-credentials.ts'
import type { Held, Way } from './token/keeper.ts'
import { Keepers } from './token/keepers.ts'
import { says } from './token/says.ts'
import { storeKeyOf } from './token/store-key.ts'
import { oauthToken } from './token/oauth-token.ts'
import { dressing, type TokenPlace } from './token/place.ts'
import { givenSource, type Grant, type TokenSourceOptions } from './token/source.ts'

export type { ClientCredentialsOptions, Grant, TokenPlace, TokenSourceOptions }

type CommonOptions<Name extends string> = {
  /** Where the token goes. @default { header: 'authorization', scheme: 'Bearer' } */
  readonly place?: TokenPlace
  /** Milliseconds before its end that a token is no longer used; half of its life at most. @default 60_000 */
  readonly skew?: number
  /** Milliseconds that fetching a token may take, with all its attempts. @default 10_000 */
  readonly after?: number
  /** Keeps tokens beyond this process; with `redisStore` one process asks for all. Closed with the pipeline. @default memory alone */
  readonly store?: Store
  /** What tokens are encrypted with in a store that others can read, Redis say; `false` for in clear. @default the client secret */
  readonly storeKey?: string | Secret | false
  /** @default 'token' */
  readonly name?: Name
}

export type TokenOptions<Name extends string = 'token'> = CommonOptions<Name> &
  (ClientCredentialsOptions | TokenSourceOptions)

/**
 * Send an access token, got with an id and a secret (OAuth 2 client credentials) or by a function. One call fetches it for
 * all who wait, and who leaves disturbs nobody. A verdict of `token` drops that token and sends once more with another:
 * neither `retry` nor `circuitBreaker` hears of it. Fails with `TOKEN_UNAVAILABLE` when there is none to be had.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { reject, retry, status, token } from '@penstock/middleware'
 *
 * const bearer = token({ clientId: 'penstock', clientSecret: 'a-secret', path: '/oauth/token' })
 * const stack = pipeline([retry(), bearer, status(), reject()], undiciTransport())
 * ```
 */
export function token<const Name extends string = 'token'>(options: TokenOptions<Name>) {
  const { skew = 60_000, after = 10_000, store, name = 'token' as Name } = options
  if (!(skew >= 0)) throw invalid(`skew is ${skew}: give milliseconds`)
  if (!(after > 0)) throw invalid(`after is ${after}: give milliseconds above zero`)
  const { source, identity, origin, credential } = 'source' in options ? given(options, name) : asked(options, name)
  const storeKey = storeKeyOf(options, credential)
  const dressed = dressing(options.place ?? { header: 'authorization', scheme: 'Bearer' })
  const keepers = new Keepers({ source, identity, dressed, skew, after, store, storeKey, name })

  return layer({
    name,
    slot: 'identify',
    calls: 'many',
    verdicts: 'needs',
    gives: ['token', 'account'],
    traits: { skew, waits: after },
    close: () => store?.close?.(),
    run(call: Call, next: Next) {
      const keeper = keepers.at(origin ?? call.origin)
      const first = keeper.current(call.now())
      return first === undefined
        ? keeper.fetch(call, next).then((held) => (held instanceof Failure ? held : sent(call, keeper.way(held, next))))
        : sent(call, keeper.way(first, next))
    },
  })

  /** Dressed in its gifts, too: for `next` to add them would take another copy. */
  function sent(call: Call, way: Way) {
    return andThen<Call, Way, Held['gifts']>(way.next, way.held.dress(call, way.held.gifts), heard, call, way)
  }

  function heard(outcome: Outcome, _: Call, call: Call, way: Way): Outcome | Promise<Outcome> {
    return outcome.verdict === 'token' ? again(call, way, outcome) : outcome
  }

  /** That token was refused: once more with another. */
  async function again(call: Call, { next, keeper, held }: Way, outcome: Outcome): Promise<Outcome> {
    keeper.drop(held)
    const refused = String(held.secret)
    if (!canSend(call.body)) {
      call.note(says.spent, { token: refused }, name)
      return outcome
    }
    if (!call.budget.draw()) {
      call.note(says.attempts, { token: refused, attempts: call.budget.attempts }, name)
      return outcome
    }
    if (!outcome.failed) outcome.body.discard()
    const newer = keeper.current(call.clock.now())
    call.note(newer === undefined ? says.drops : says.newer, { token: refused }, name)
    const second = newer ?? (await keeper.fetch(call, next))
    if (second instanceof Failure) return second
    call.note(says.replays, { token: String(second.secret) }, name)
    return next(second.dress(call, second.gifts))
  }
}

const given = ({ source, account }: TokenSourceOptions, name: string) => ({
  source: givenSource(name, source),
  identity: account ?? name,
  origin: undefined,
  credential: undefined,
})

function asked(options: ClientCredentialsOptions, name: string) {
  const { path = '/oauth/token', endpoint = oauthToken(path), scope, retries = 3, drift = 'note' } = options
  if (!(Number.isInteger(retries) && retries >= 0))
    throw invalid(`retries is ${retries}: give a whole number from 0 up`)
  const url = options.origin === undefined ? undefined : URL.parse(options.origin)
  if (url === null || (url !== undefined && !/^https?:$/.test(url.protocol)))
    throw invalid('origin is not an http or https URL: write it as https://auth.example.com')
  const clientId = printableSecret('token()', 'client_id', options.clientId)
  const clientSecret = printableSecret('token()', 'client_secret', options.clientSecret)
  const identity = JSON.stringify([clientId.reveal(), clientSecret.reveal(), endpoint.path, scope])
  return {
    source: clientCredentials({ clientId, clientSecret, endpoint, scope, retries, drift, name }),
    identity,
    origin: url?.origin,
    credential: clientSecret,
  }
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `token: ${because}`)

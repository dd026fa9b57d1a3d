import { type Call, ConfigError, layer, type Next, onward, printableSecret, Secret } from '@penstock/core'
import { createHash } from 'node:crypto'

export type CredentialOptions<Name extends string = 'credential'> = {
  /** @default 'credential' */
  readonly name?: Name
} & (
  | { /** Sent as `authorization: Bearer …`. */ readonly bearer: string | Secret }
  | {
      /** Sent as `authorization: Basic …`, in UTF-8. */
      readonly basic: { readonly user: string; readonly password: string | Secret }
    }
  | { readonly apiKey: string | Secret; /** The header it is sent in. */ readonly header: string }
  | { readonly apiKey: string | Secret; /** The query parameter it is sent in. */ readonly query: string }
)

/**
 * Send a credential that does not change: a bearer token, a user and a password, or an API key in a header or in the query.
 * It replaces one that is there already.
 *
 * @throws ConfigError when it holds a line break, a stray space, or a character that cannot be sent
 * @example
 * ```ts
 * import { credential } from '@penstock/middleware'
 *
 * const key = credential({ apiKey: 'sk-123', header: 'x-api-key' })
 * ```
 */
export function credential<const Name extends string = 'credential'>(options: CredentialOptions<Name>) {
  const { name = 'credential' as Name } = options
  const { secret, about, dress } = sending(options)
  // tells credentials apart for whoever counts by them, and reveals none
  const account = createHash('sha256').update(`penstock:${name}:${secret.reveal()}`).digest('hex').slice(0, 12)
  return layer({
    name,
    slot: 'identify',
    about,
    gives: ['credential', 'account'],
    run: (call: Call, next: Next) => onward(next, dress(call), { credential: secret, account }),
  })
}

type Sending = {
  readonly secret: Secret
  readonly about: string
  readonly dress: (call: Call) => Call
}

function sending(options: CredentialOptions<string>): Sending {
  if ('bearer' in options) {
    const secret = printableSecret('credential()', 'bearer', options.bearer)
    return inHeader('authorization', secret, new Secret('bearer', `Bearer ${secret.reveal()}`), 'bearer')
  }
  if ('basic' in options) {
    const { user, password } = options.basic
    const plain = password instanceof Secret ? password.reveal() : password
    if (!clean(user) || user.includes(':')) throw invalid('the user holds a colon, a line break, or a space at its end')
    if (!clean(plain)) throw invalid('the password is empty, or holds a line break or a space at its end')
    const pair = Buffer.from(`${user}:${plain}`).toString('base64')
    const secret = password instanceof Secret ? password : new Secret('password', plain)
    return inHeader('authorization', secret, new Secret('basic', `Basic ${pair}`), 'basic')
  }
  const secret = printableSecret('credential()', 'api_key', options.apiKey)
  if ('header' in options) {
    const header = options.header.toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(header)) throw invalid('header is no name of a header')
    return inHeader(header, secret, secret, `header ${header}`)
  }
  const { query } = options
  if (query === '') throw invalid('query is empty: name the parameter')
  return {
    secret,
    about: `query ${query}`,
    dress: (call) => call.with({ secretQuery: [...call.secretQuery.filter(([at]) => at !== query), [query, secret]] }),
  }
}

const inHeader = (header: string, secret: Secret, value: Secret, about: string): Sending => ({
  secret,
  about,
  dress: (call) => call.withHeader(header, value),
})

/** A password may hold spaces within, and any letter. */
const clean = (text: string) => text !== '' && text === text.trim() && !/\p{Cc}/u.test(text)

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `credential(): ${because}`)

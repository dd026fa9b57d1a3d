import { type Call, type Headers, Secret } from '@penstock/core'

export type Crossed = {
  readonly call: Call
  /** Headers, parameters and gifts that were left behind. */ readonly dropped: number
}

/** Gifts of `credential` and `token`: they are the first origin's, whatever type they are of. */
const ownGifts = new Set(['credential', 'account', 'token'])

/**
 * A call on its way to another origin, without anything that is the first one's. What the server has written of it into
 * the new address goes too; where it stands in the path itself, the path comes out empty.
 */
export function crossed(moved: Call, from: Call, names: ReadonlySet<string>, keys: ReadonlySet<string>): Crossed {
  const secrets = secretsOf(from)
  const headers = kept(moved.headers, (name, value) => !isSecret(name, value) && !names.has(name))
  const context = kept(moved.context, (key, value) => !(value instanceof Secret || ownGifts.has(key) || keys.has(key)))
  const path = cleaned(moved.path, secrets)
  const dropped =
    count(moved.headers) - count(headers) + from.secretQuery.length + count(moved.context) - count(context)
  return { call: moved.with({ headers, context, path, secretQuery: [] }), dropped }
}

const isSecret = (name: string, value: Headers[string]) =>
  value instanceof Secret || (credentials.test(name) && name !== 'idempotency-key')

/** Names that credentials travel under, as a whole or as a part; `host` is the first origin's own. */
const credentials =
  /^host$|auth|cookie|token|secret|passw|credential|signature|session|api-?key|^x-(amz|acs|tc|bce)-|(^|-)(key|jwt|csrf|xsrf)$/

const kept = <Value>(record: Readonly<Record<string, Value>>, keep: (name: string, value: Value) => boolean) =>
  Object.fromEntries(Object.entries(record).filter(([name, value]) => keep(name, value)))

const count = (record: object) => Object.keys(record).length

/** Everything secret that the call carries, as a server may have written it into an address. */
function secretsOf({ headers, secretQuery }: Call): readonly string[] {
  const inHeaders = Object.values(headers).filter((value) => value instanceof Secret)
  return [...inHeaders, ...secretQuery.map(([, value]) => value)]
    .flatMap((value) => [value.reveal(), value.reveal().replace(/^\w+ /, '')])
    .filter((text) => text !== '')
}

function cleaned(path: string, secrets: readonly string[]): string {
  if (secrets.length === 0) return path
  const [bare, query] = split(path)
  if (secrets.some((secret) => tells(bare, secret))) return ''
  const pairs = query.split('&').filter((pair) => !secrets.some((secret) => tells(pair, secret)))
  return query === '' || pairs.length === 0 ? bare : `${bare}?${pairs.join('&')}`
}

function split(path: string): [bare: string, query: string] {
  const at = path.indexOf('?')
  return at === -1 ? [path, ''] : [path.slice(0, at), path.slice(at + 1)]
}

/** Short secrets are looked for as a whole value: they may be part of anything. */
function tells(text: string, secret: string): boolean {
  const read = decodedTwice(text)
  if (secret.length >= 6) return read.some((one) => one.includes(secret))
  return read.some((one) => one.split(/[=/&]/).includes(secret))
}

/** As it stands, and decoded once and twice: an address within an address is encoded again. */
function decodedTwice(text: string): readonly string[] {
  const once = decoded(text)
  return [text, once, decoded(once)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

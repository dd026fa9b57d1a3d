import { ConfigError, type ProxyOptions, Secret, type TlsOptions } from '@penstock/core'

export type ProxyCredential = {
  /** Sent to the proxy with `password`, as Basic. */
  readonly user?: string
  readonly password?: string | Secret
  /** Sent to the proxy as it is: `Bearer …`. In place of user and password. */
  readonly authorization?: string | Secret
}

/**
 * A proxy by its URL, checked. What is wrong is said without the URL: it may hold a password.
 *
 * @param where for messages
 * @param tls checked already
 */
export function proxyAt(where: string, url: string, credential: ProxyCredential, tls?: TlsOptions): ProxyOptions {
  const wrong = (because: string) => new ConfigError('CONFIG_INVALID', `${where}: ${because}`)
  const at = URL.parse(url)
  if (at === null) throw wrong('the address of the proxy is no URL: write it as http://proxy.example.com:3128')
  if (at.protocol !== 'http:' && at.protocol !== 'https:') throw wrong('a proxy is spoken to by http or https alone')
  if (at.username !== '' || at.password !== '')
    throw wrong('the address of the proxy may hold no user or password: give them as { user, password }')
  if (at.pathname !== '/' || at.search !== '') throw wrong('the address of the proxy has a path: leave it out')
  const authorization = authorizationOf(credential, wrong)
  return Object.freeze({
    origin: at.origin,
    ...(authorization && { authorization }),
    ...(tls && { tls }),
  })
}

function authorizationOf(given: ProxyCredential, wrong: (because: string) => Error): Secret | undefined {
  const { user, password, authorization } = given
  if (authorization !== undefined) {
    if (user !== undefined || password !== undefined) throw wrong('give authorization, or user and password')
    const text = authorization instanceof Secret ? authorization.reveal() : authorization
    if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text)) throw wrong('authorization is no value of a header')
    return authorization instanceof Secret ? authorization : new Secret('proxy_authorization', authorization)
  }
  if (user === undefined && password === undefined) return undefined
  const plain = password instanceof Secret ? password.reveal() : (password ?? '')
  if (user === undefined || user.includes(':')) throw wrong('the user is missing, or holds a colon')
  if (/\p{Cc}/u.test(user + plain)) throw wrong('the user or the password holds a line break')
  return new Secret('proxy_authorization', `Basic ${Buffer.from(`${user}:${plain}`).toString('base64')}`)
}

import { Secret } from '@penstock/core'
import { cookies, credential } from '@penstock/middleware'
import { CookieJar } from 'tough-cookie'
import type { Setting } from '../fault.ts'
import { type Canary, canary, known } from './canary.ts'

/** A setting whose every place that can hold something of the caller's holds a canary; those of the server are its own. */
export function planted(setting: Setting): { readonly setting: Setting; readonly canaries: readonly Canary[] } {
  const { path = '/', proxy, bytes, request, holds, layers = () => [] } = setting
  const own = {
    bearer: canary('a bearer', '+/='),
    queryKey: canary('a key in the query', '"<&>\'+'),
    password: canary('a password', '"<&>\' ü'),
    secretHeader: canary('a secret header', '"<&>\' '),
    secretQuery: canary('a secret parameter', '"<&>\'+ 密'),
    cookie: canary('a cookie'),
    sent: canary('a header', '"<&>\' '),
    authorization: canary('an authorization in plain text'),
    query: canary('a parameter', '%2B%22'),
    proxy: canary('the proxy’s password', '"<&>\' '),
    headerKey: canary('a second key', '"'),
  }
  const jar = new CookieJar()
  jar.setCookieSync(`canary=${own.cookie.value}`, setting.origin)
  const credentials = [
    credential({ name: 'canaryBearer', bearer: own.bearer.value }),
    credential({ name: 'canaryBasic', basic: { user: 'canary-user', password: own.password.value } }),
    credential({ name: 'canaryHeader', apiKey: own.headerKey.value, header: 'x-canary-key' }),
    // the server that holds a connection knows its path alone
    ...(holds === undefined ? [credential({ name: 'canaryQuery', apiKey: own.queryKey.value, query: 'k' })] : []),
  ]
  const has = layers().some((one) => (one as { name?: string }).name === 'cookies')
  const token = new URL(path, 'http://any').searchParams.get('access_token')
  return {
    setting: {
      ...setting,
      path: `${path}${path.includes('?') ? '&' : '?'}canary=${own.query.value}`,
      headers: {
        'x-canary-sent': own.sent.value,
        authorization: `Bearer ${own.authorization.value}`,
        ...setting.headers,
      },
      layers: () => [...credentials, ...(has ? [] : [cookies({ jar })]), ...layers()],
      request: {
        ...request,
        headers: { ...request?.headers, 'x-canary-secret': new Secret('header', own.secretHeader.value) },
        query: { ...request?.query, secret: new Secret('parameter', own.secretQuery.value) },
      },
      ...(proxy && { proxy: { ...proxy, user: 'canary-user', password: own.proxy.value } }),
    },
    canaries: [
      ...Object.values(own),
      ...(token === null ? [] : [known('the emulator’s token', token)]),
      ...(bytes === undefined || bytes.length < 200
        ? []
        : [known('the body', Buffer.from(bytes).toString('latin1', 60, 100))]),
    ],
  }
}

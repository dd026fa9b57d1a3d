import {
  type Call,
  ConfigError,
  layer,
  type Next,
  notes,
  onward,
  type ProxyOptions,
  type WireOptions,
} from '@penstock/core'
import { noProxy } from './wire/no-proxy.ts'
import { proxyAt } from './wire/proxy-at.ts'
import { rewired } from './wire/rewired.ts'
import { withoutProxyHeaders } from './wire/without-proxy-headers.ts'

export type ProxyFromEnvOptions<Name extends string = 'proxyFromEnv'> = {
  /** Read once, when the layer is made. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** @default 'proxyFromEnv' */
  readonly name?: Name
}

const says = notes('proxyFromEnv', {
  through: ['goes through the proxy of {variable}', '经由 {variable} 指定的代理'],
  straight: ['goes straight to the server: {variable} excepts it', '直连服务器：{variable} 已排除'],
  stripped: ['took {headers} off the request', '已去除请求头 {headers}'],
})

/**
 * Go through the proxies that the environment names, by curl's rules: `https_proxy` for https, `http_proxy` for http,
 * `all_proxy` for what has none, `no_proxy` for exceptions; lower case before upper. Each call notes which one decided. A
 * user and a password in their URLs are secrets from then on.
 *
 * @throws ConfigError when a variable holds no http or https URL; it is named, and its value not shown
 * @example
 * ```ts
 * import { proxyFromEnv } from '@penstock/middleware'
 *
 * const asEverybody = proxyFromEnv()
 * ```
 */
export function proxyFromEnv<const Name extends string = 'proxyFromEnv'>(options: ProxyFromEnvOptions<Name> = {}) {
  const { env = process.env, name = 'proxyFromEnv' as Name } = options
  const all = route(env, name, 'all_proxy', 'ALL_PROXY')
  const https = route(env, name, 'https_proxy', 'HTTPS_PROXY') ?? all
  // a CGI server makes HTTP_PROXY out of a request's header: there it is anybody's word
  const http = route(env, name, 'http_proxy', ...(env['REQUEST_METHOD'] ? [] : ['HTTP_PROXY'])) ?? all
  const except = named(env, 'no_proxy', 'NO_PROXY')
  const excepted = noProxy(except?.value ?? '')
  return layer({
    name,
    slot: 'wire',
    about: [http && `http by ${http.origin}`, https && `https by ${https.origin}`].filter(Boolean).join(', ') || 'none',
    traits: { route: 'proxy' },
    run(given: Call, next: Next) {
      const { call, told } = withoutProxyHeaders(given)
      if (told.length > 0) call.note(says.stripped, { headers: told.join(', ') }, name)
      const to = call.origin.startsWith('https:') ? https : http
      if (to === undefined) return onward(next, call)
      if (excepted(call.origin)) {
        call.note(says.straight, { variable: except!.variable }, name)
        return onward(next, call)
      }
      call.note(says.through, { variable: to.variable }, name)
      return onward(next, call.withWire(to.through(call.wire)))
    },
  })
}

type Env = Readonly<Record<string, string | undefined>>

type Route = {
  readonly origin: string
  readonly variable: string
  readonly through: (wire: WireOptions) => WireOptions
}

function route(env: Env, name: string, ...variables: readonly string[]): Route | undefined {
  const found = named(env, ...variables)
  if (found === undefined) return undefined
  const { variable } = found
  const proxy = proxyOf(found.value, `${name}(): ${variable}`)
  return { origin: proxy.origin, variable, through: rewired((wire) => ({ ...wire, proxy })) }
}

/** The first that is set to something. */
function named(env: Env, ...variables: readonly string[]) {
  const variable = variables.find((name) => env[name])
  return variable === undefined ? undefined : { variable, value: env[variable]! }
}

function proxyOf(value: string, where: string): ProxyOptions {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`)
  if (url === null) throw new ConfigError('CONFIG_INVALID', `${where}: it is no URL`)
  const { username, password } = url
  const credential = username + password === '' ? {} : { user: decoded(username), password: decoded(password) }
  // what stands behind the port is nobody's
  return proxyAt(where, `${url.protocol}//${url.host}`, credential)
}

/** Text that is no percent-encoding stands for itself, as with curl. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

import { Secret } from '../secret.ts'

export type ProxyVariable = {
  /** `HTTPS_PROXY` */
  readonly variable: string
  /** undefined when the value is no URL. */
  readonly url: URL | undefined
  readonly authorization: Secret | undefined
  /** Whether NO_PROXY excepts the origin. */
  readonly excepted: boolean
}

type Env = Readonly<Record<string, string | undefined>>

/** The variable that curl and others follow for this origin: lower case before upper. */
export function proxyVariable(origin: URL, env: Env): ProxyVariable | undefined {
  const scheme = origin.protocol.slice(0, -1)
  const names = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, 'all_proxy', 'ALL_PROXY']
  const variable = names.find((name) => env[name])
  if (variable === undefined) return undefined
  const value = env[variable]!
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`) ?? undefined
  return {
    variable,
    url,
    authorization: url && authorizationOf(url),
    excepted: excepts(env['no_proxy'] || env['NO_PROXY'] || '', origin.hostname),
  }
}

function authorizationOf({ username, password }: URL): Secret | undefined {
  if (username + password === '') return undefined
  const pair = `${decoded(username)}:${decoded(password)}`
  return new Secret('proxy_authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const excepts = (list: string, host: string): boolean =>
  list.split(/[\s,]+/).some((entry) => {
    const name = entry
      .replace(/^\*?\./, '')
      .replace(/:\d+$/, '')
      .toLowerCase()
    return entry === '*' || (name !== '' && (host === name || host.endsWith(`.${name}`)))
  })

import { Secret, type TlsOptions } from '@penstock/core'
import { proxy, proxyFromEnv } from '@penstock/middleware'

type Env = Readonly<Record<string, string | undefined>>

/** The layer that `--proxy` stands for: `env`, or the URL of a proxy with or without a user. */
export function proxyLayers(given: string | undefined, env: Env, tls: TlsOptions | undefined) {
  if (given === undefined) return []
  if (given === 'env') return [proxyFromEnv({ env })]
  const url = URL.parse(given)
  const { username, password } = url ?? { username: '', password: '' }
  const user = username + password === '' ? {} : { user: decoded(username), password: hush(password) }
  return [proxy(url === null ? given : `${url.protocol}//${url.host}`, { ...user, ...(tls && { tls }) })]
}

const hush = (password: string) => new Secret('password', decoded(password))

/** Text that is no percent-encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

import { createRequire } from 'node:module'
import { type Call, ConfigError, Failure, headerList, layer, type Next, notes, Secret } from '@penstock/core'

/** What is used of tough-cookie's `CookieJar`; hand in one that you have restored, or read `cookies().jar` to keep it. */
export type CookieJarLike = {
  getCookieString(url: string): Promise<string>
  setCookie(cookie: string, url: string): Promise<unknown>
  serialize(): Promise<object>
}

export type CookiesOptions<Name extends string = 'cookies'> = {
  /** @default a new `CookieJar` of tough-cookie, in memory */
  readonly jar?: CookieJarLike
  /** @default 'cookies' */
  readonly name?: Name
}

const says = notes('cookies', {
  refused: [
    'does not keep {count} cookie(s): for another host, not to be understood, or the jar fails',
    '未保存 {count} 个 Cookie：属于其他主机、格式有误或存储失败',
  ],
  unread: ['sends no cookies: the jar fails', '未发送 Cookie：存储读取失败'],
})

/**
 * Keep cookies: every `Set-Cookie` of every reply goes into the jar, and what the jar has for an address is sent with the
 * call, after a Cookie header of its own, which wins where both name one. Stands inside `redirect`, so that it sees every
 * hop. The values are secrets. A jar that fails is noted, and breaks no call.
 *
 * @throws ConfigError `MISSING_PEER` when tough-cookie is not installed and no jar is given
 * @example
 * ```ts
 * import { cookies } from '@penstock/middleware'
 *
 * const layer = cookies()
 * JSON.stringify(await layer.jar.serialize()) // to be kept; restore it with tough-cookie's CookieJar.deserialize
 * ```
 */
export function cookies<const Name extends string = 'cookies'>(options: CookiesOptions<Name> = {}) {
  const { jar = newJar(), name = 'cookies' as Name } = options
  const made = layer({
    name,
    slot: 'jar',
    async run(call: Call, next: Next) {
      const stored = await call.until(jar.getCookieString(call.url).catch(() => undefined))
      if (stored instanceof Failure) return stored
      if (stored === undefined) call.note(says.unread, {}, name)
      const outcome = await next(!stored ? call : call.withHeader('cookie', joined(call, stored)))
      if (outcome.failed) return outcome
      const set = headerList(outcome.headers, 'set-cookie')
      if (set.length === 0) return outcome
      const count = await call.until(keep(jar, set, call.url))
      if (count instanceof Failure) {
        outcome.body.discard()
        return count
      }
      if (count > 0) call.note(says.refused, { count }, name)
      return outcome
    },
  })
  return { ...made, jar }
}

/** The call's own cookies first, then those of the jar that it does not name itself. */
function joined({ headers }: Call, stored: string): Secret {
  const { cookie = [] } = headers
  const own = [cookie instanceof Secret ? cookie.reveal() : cookie].flat()
  const named = new Set(own.flatMap((text) => text.split(';')).map(nameOf))
  const rest = stored.split('; ').filter((pair) => !named.has(nameOf(pair)))
  return new Secret('cookie', [...own, ...rest].join('; '))
}

const nameOf = (pair: string) => pair.split('=', 1)[0]!.trim()

/** In their order, since one may replace another. @returns how many were refused */
async function keep(jar: CookieJarLike, cookies: readonly string[], url: string): Promise<number> {
  let refused = 0
  for (const cookie of cookies) {
    const kept = await jar.setCookie(cookie, url).catch(() => undefined)
    if (kept === undefined) refused++
  }
  return refused
}

function newJar(): CookieJarLike {
  try {
    const { CookieJar } = createRequire(import.meta.url)('tough-cookie')
    return new CookieJar()
  } catch {
    throw new ConfigError('MISSING_PEER', 'cookies() needs tough-cookie: npm install tough-cookie@6')
  }
}

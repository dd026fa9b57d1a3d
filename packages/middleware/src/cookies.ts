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
    'does not keep {count} cookie(s): for another host, or not to be understood',
    '未保存 {count} 个 Cookie：属于其他主机或格式有误',
  ],
})

/**
 * Keep cookies: every `Set-Cookie` of every reply goes into the jar, and what the jar has for an address is sent with the
 * call, after a Cookie header of its own. Stands inside `redirect`, so that it sees every hop. The values are secrets.
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
      const stored = await call.until(jar.getCookieString(call.url))
      if (stored instanceof Failure) return stored
      const outcome = await next(stored === '' ? call : call.withHeader('cookie', joined(call, stored)))
      if (outcome.failed) return outcome
      const set = headerList(outcome.headers, 'set-cookie')
      if (set.length === 0) return outcome
      const kept = await call.until(Promise.all(set.map((cookie) => keep(jar, cookie, call.url))))
      if (kept instanceof Failure) return kept
      const count = kept.filter((done) => !done).length
      if (count > 0) call.note(says.refused, { count }, name)
      return outcome
    },
  })
  return { ...made, jar }
}

/** The call's own cookies first. */
function joined({ headers }: Call, stored: string): Secret {
  const own = headers['cookie']
  const text = own instanceof Secret ? own.reveal() : own
  return new Secret('cookie', [text ?? [], stored].flat().join('; '))
}

/** False for one that is not for this host, or is no cookie. */
const keep = (jar: CookieJarLike, cookie: string, url: string): Promise<boolean> =>
  jar.setCookie(cookie, url).then(
    (stored) => stored !== undefined,
    () => false,
  )

function newJar(): CookieJarLike {
  try {
    const { CookieJar } = createRequire(import.meta.url)('tough-cookie')
    return new CookieJar()
  } catch {
    throw new ConfigError('MISSING_PEER', 'cookies() needs tough-cookie: npm install tough-cookie@6')
  }
}

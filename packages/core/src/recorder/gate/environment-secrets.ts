import { Secret } from '../../secret.ts'

/**
 * The secrets of an environment: values whose name says that they are one (`BAIDU_SECRET_KEY`, `NPM_TOKEN`,
 * `DB_PASSWORD`), and the passwords in its URLs, those of proxies above all. As long as they are held, the {@link gate}
 * knows them.
 *
 * @example
 * ```ts
 * import { environmentSecrets } from '@penstock/core/diagnose'
 *
 * const held = environmentSecrets(process.env)
 * ```
 */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): Secret[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value) return []
    if (telling.test(name) && !place.test(name) && !word.test(value)) return [new Secret(name, value)]
    return passwordsOf(/proxy$/i.test(name) && !value.includes('://') ? `http://${value}` : value).map(
      (password) => new Secret(name, password),
    )
  })
}

const telling = /SECRET|TOKEN|PASSW(OR)?D|PASSPHRASE|CREDENTIAL|(API|ACCESS|PRIVATE|AUTH|SIGNING|ENCRYPTION)_?KEY/i

/** `disabled`, `postgres`: it stands in any text. */
const word = /^[a-z]{1,12}$/i

/** Where a secret is, and not what. */
const place = /_(FILE|PATH|DIR|URL|URI|ID|TYPE|NAME)$/i

/** As it stands in the URL, and as it is meant. */
function passwordsOf(text: string): string[] {
  const password = URL.canParse(text) ? new URL(text).password : ''
  if (password === '') return []
  try {
    return [...new Set([password, decodeURIComponent(password)])]
  } catch {
    return [password]
  }
}

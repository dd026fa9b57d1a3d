import { isCardNumber, isIdentityNumber } from './checksums.ts'

type Kind = 'identity number' | 'card number' | 'mobile number' | 'e-mail address'

/**
 * Masks what is recognisably of a person: Chinese identity numbers and payment cards by their checksum, Chinese mobile
 * numbers, e-mail addresses; in full-width characters too, and with spaces or hyphens between groups. A net below the rule
 * that results are not kept at all: it knows no names, addresses or plates. What stands behind the name of an id is left as
 * it is: `log_id=…`, `"requestId": "…"`.
 *
 * @param tell told the kind of each
 *
 * @example
 * ```ts
 * import { maskPersonal } from '@penstock/core/diagnose'
 *
 * maskPersonal('13800138000, log_id=1390582998516105216') // ⟨mobile number⟩, log_id=1390582998516105216
 * ```
 */
export function maskPersonal(text: string, tell?: (kind: string) => void): string {
  // one for one, so that places stay what they are
  const narrow = text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
  let masked = ''
  let done = 0
  for (const { 0: found, index } of narrow.matchAll(candidates)) {
    const kind = kindOf(found)
    if (kind === undefined || named.test(narrow.slice(Math.max(0, index - 40), index))) continue
    tell?.(kind)
    masked += `${text.slice(done, index)}⟨${kind}⟩`
    done = index + found.length
  }
  return masked + text.slice(done)
}

/** E-mail addresses; and digits in groups, not within a word or a longer number. */
const candidates =
  /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|(?<![\w.])(?:\+?86[ -]?)?\d{3,19}(?:[ -]\d{2,8}){0,5}[Xx]?(?![\w]|\.\d)/g

/** `log_id=`, `"RequestId": "` */
const named = /(?:^|[^a-z])(?:\w*_)?(?:id|ids)["']?\s*[:=]\s*["']?$|[a-z](?:Id|ID)["']?\s*[:=]\s*["']?$/

function kindOf(found: string): Kind | undefined {
  if (found.includes('@')) return 'e-mail address'
  const digits = found.replace(/[ +-]/g, '').toUpperCase()
  if (/^(86)?1[3-9]\d{9}$/.test(digits)) return 'mobile number'
  if (isIdentityNumber(digits)) return 'identity number'
  return isCardNumber(digits) ? 'card number' : undefined
}

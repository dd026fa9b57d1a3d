/** Something in a key that no key has. */
export type KeyFlaw = {
  readonly kind:
    | 'bom'
    | 'zero-width'
    | 'full-width'
    | 'line-break'
    | 'space'
    | 'quotes'
    | 'not-ascii'
    | 'placeholder'
    | 'assignment'
  /** Of its first byte, from 1, in UTF-8. */
  readonly byte: number
  /** The character by its code point, `U+000A`. */
  readonly shown: string
}

const characters: readonly (readonly [KeyFlaw['kind'], RegExp])[] = [
  ['bom', /\ufeff/],
  ['zero-width', /[\u200b-\u200f\u2060\u00ad]/],
  ['line-break', /[\r\n\u2028\u2029]/],
  ['full-width', /[\uff01-\uff5e\u3000]/],
  ['space', /[^\S\r\n\u2028\u2029\u3000\ufeff]/],
]

// the last two are what blog posts and samples say in the place of a key
const placeholder =
  /^(your|my|the)?[-_ ]?(api|secret|access|baidu)[-_ ]?(key|id)[-_ ]?(here)?$|^(xxx+|\*{3,}|\.{3}|<.*>|\[.*\]|\{.*\}|changeme|replace.*|todo)$|your[-_ ]|你的|您的|替换|填写|示例/i

/** What is wrong with a key as it stands: by what users paste along with it. One of a kind. */
export function keyFlaws(value: string): KeyFlaw[] {
  const found: KeyFlaw[] = []
  for (const [kind, pattern] of characters) {
    const at = value.search(pattern)
    if (at >= 0) found.push({ kind, ...place(value, at) })
  }
  const trimmed = value.trim()
  const start = value.indexOf(trimmed)
  if (/^(["'`“‘「]).*(["'`”’」])$/s.test(trimmed)) found.push({ kind: 'quotes', ...place(value, start) })
  if (/^(export\s+)?\w*(api|secret|access)_?key\w*\s*[=:]./i.test(trimmed))
    found.push({ kind: 'assignment', ...place(value, start) })
  if (placeholder.test(trimmed.replaceAll(/["'“”‘’]/g, ''))) found.push({ kind: 'placeholder', byte: 1, shown: '' })
  if (found.length > 0) return found
  const odd = value.search(/[^\x21-\x7e]/)
  return odd < 0 ? [] : [{ kind: 'not-ascii', ...place(value, odd) }]
}

function place(value: string, at: number) {
  const code = value.codePointAt(at) ?? 0
  return {
    byte: Buffer.byteLength(value.slice(0, at)) + 1,
    shown: `U+${code.toString(16).toUpperCase().padStart(4, '0')}`,
  }
}

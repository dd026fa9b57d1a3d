/** Shorter ones would be found in anything. */
export const shortest = 6

/**
 * A secret's value and what in it is a secret of its own: a bearer without its scheme, the password of basic authorization,
 * the values of cookies, the lines of a key.
 */
export function secretParts(value: string): string[] {
  const parts = new Set([value, value.trim()])
  const [, scheme, rest] = /^([\w-]+) +(\S+)$/.exec(value.trim()) ?? []
  if (rest !== undefined) parts.add(rest)
  if (scheme?.toLowerCase() === 'basic') for (const part of ofBasic(rest!)) parts.add(part)
  for (const part of [...ofCookies(value), ...ofLines(value)]) parts.add(part)
  return [...parts].filter((part) => part.length >= shortest)
}

function ofBasic(encoded: string): string[] {
  const pair = Buffer.from(encoded, 'base64').toString()
  return [pair, pair.slice(pair.indexOf(':') + 1)]
}

/** Short ones are settings: `lang=zh`. */
const ofCookies = (value: string) =>
  /^[^\s=;]+=[^\s;]*(; *[^\s=;]+=[^\s;]*)*;?$/.test(value)
    ? value.split(/; */).flatMap((pair) => [pair.slice(pair.indexOf('=') + 1)].filter(({ length }) => length >= 8))
    : []

const ofLines = (value: string) =>
  value.split(/\r?\n/).filter((line, _, { length }) => length > 1 && line.length >= 16 && !line.startsWith('-----'))

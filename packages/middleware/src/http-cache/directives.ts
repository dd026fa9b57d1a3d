/** The directives of a Cache-Control header: a value, or true for one that has none. Names in lower case. */
export function directives(header: string | undefined): ReadonlyMap<string, string | true> {
  const found = new Map<string, string | true>()
  for (const [, name, quoted, bare] of (header ?? '').matchAll(/([^\s,;=]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;]*)))?/g))
    if (!found.has(name!.toLowerCase())) found.set(name!.toLowerCase(), quoted ?? bare ?? true)
  return found
}

/** Milliseconds of a directive in seconds; zero when it is not there, or is no number. */
export function millisecondsOf(found: ReadonlyMap<string, string | true>, name: string): number {
  const value = String(found.get(name))
  return /^\d+$/.test(value) ? Number(value) * 1000 : 0
}

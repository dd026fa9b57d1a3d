type QueryScalar = string | number | boolean

export type PlainQueryValue = QueryScalar | readonly QueryScalar[] | undefined

/** `a=1&b=2`, percent-encoded; what is undefined is left out, a list repeats its name. */
export function query(values: Readonly<Record<string, PlainQueryValue>>): string {
  const pairs: string[] = []
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value])
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(one))}`)
  }
  return pairs.join('&')
}

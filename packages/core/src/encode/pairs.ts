/** Names and values in their order, of an object or of a list of pairs: a list repeats its name, what is undefined or null is left out. */
export function pairs(
  values: Readonly<Record<string, unknown>> | readonly (readonly [string, unknown])[],
): (readonly [string, unknown])[] {
  const entries = Array.isArray(values) ? (values as readonly (readonly [string, unknown])[]) : Object.entries(values)
  return entries
    .flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((one: unknown) => [name, one] as const) : [[name, value] as const],
    )
    .filter(([, value]) => value !== undefined && value !== null)
}

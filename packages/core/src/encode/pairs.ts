/** Names and values in their order: a list repeats its name, what is undefined or null is left out. */
export function pairs(values: Readonly<Record<string, unknown>>): (readonly [string, unknown])[] {
  return Object.entries(values)
    .flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((one: unknown) => [name, one] as const) : [[name, value] as const],
    )
    .filter(([, value]) => value !== undefined && value !== null)
}

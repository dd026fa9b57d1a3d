/** What stands for all values that came after the first ones. */
export const other = 'other'

/** Lets the first `most` different values pass, so that a label can never have more than one value beyond them. */
export function bounded(most: number): (value: string) => string {
  const known = new Set<string>()
  return (value) => {
    if (known.has(value)) return value
    if (known.size >= most) return other
    known.add(value)
    return value
  }
}

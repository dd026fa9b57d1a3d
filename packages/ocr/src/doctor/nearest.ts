/** The candidate that a slip of the pen makes `word`; undefined where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, away: distance(plain(word), plain(candidate)) }))
    .toSorted((one, other) => one.away - other.away)
  return best !== undefined && best.away <= 2 ? best.candidate : undefined
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** Letters to insert, drop or change: Levenshtein's. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [down, letter] of [...one].entries()) {
    const next = [down + 1]
    for (let at = 0; at < other.length; at++)
      next.push(Math.min(row[at + 1]! + 1, next[at]! + 1, row[at]! + Number(letter !== other[at])))
    row = next
  }
  return row.at(-1)!
}

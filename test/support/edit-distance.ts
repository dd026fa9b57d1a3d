/** How many characters must be put in, taken out or replaced to turn one text into the other (Levenshtein). */
export const editDistance = (from: string, to: string): number => {
  const target = Array.from(to)
  let above = Array.from({ length: target.length + 1 }, (_, column) => column)
  for (const [row, character] of Array.from(from).entries()) {
    const current = [row + 1]
    for (const [column, wanted] of target.entries()) {
      const replaced = (above[column] ?? 0) + (character === wanted ? 0 : 1)
      current.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    above = current
  }
  return above.at(-1) ?? 0
}

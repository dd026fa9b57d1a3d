/** Rows of cells as lines, each column as wide as its widest cell: the first to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => width(row[column]!))))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const blank = ' '.repeat(widths[column]! - width(cell))
        return column === 0 ? cell + blank : blank + cell
      })
      .join('  '),
  )
}

/** Columns on a terminal: a Chinese character takes two. */
const width = (text: string) => text.length + (text.match(/[⺀-￯]/g)?.length ?? 0)

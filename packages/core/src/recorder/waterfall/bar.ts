import { type Kind, lengthOf, type Stretch } from '../timetable/stretch.ts'

/** Cells side by side that show one kind. */
export type Block = { readonly kind: Kind; readonly at: number; readonly cells: number }

/**
 * Stretches of time as cells of a line. Whatever took time has at least one; what is larger gives way, and the bar begins
 * and ends where its time did, as far as that leaves room.
 *
 * @param total milliseconds of the whole line
 */
export function bar(stretches: readonly Stretch[], total: number, columns: number): Block[] {
  const shown = stretches.filter((stretch) => lengthOf(stretch) > 0).slice(0, columns)
  return runs(shown).flatMap((run) => blocksOf(run, columns / Math.max(total, 1e-6), columns))
}

/** Those that follow each other without a gap share one span of cells. */
function runs(stretches: readonly Stretch[]): Stretch[][] {
  const all: Stretch[][] = []
  for (const stretch of stretches) {
    const last = all.at(-1)?.at(-1)
    if (last !== undefined && stretch.from - last.to < 0.001) all.at(-1)!.push(stretch)
    else all.push([stretch])
  }
  return all
}

function blocksOf(run: readonly Stretch[], scale: number, columns: number): Block[] {
  const [first, last] = [run[0]!, run.at(-1)!]
  const wanted = Math.max(run.length, Math.round(last.to * scale) - Math.round(first.from * scale))
  const cells = run.map((stretch) => Math.max(1, Math.round(lengthOf(stretch) * scale)))
  let sum = cells.reduce((all, one) => all + one, 0)
  while (sum !== wanted) {
    const largest = cells.indexOf(Math.max(...cells))
    cells[largest]! += Math.sign(wanted - sum)
    sum += Math.sign(wanted - sum)
  }
  let at = Math.max(0, Math.min(Math.round(first.from * scale), columns - sum))
  return run.map(({ kind }, index) => {
    const block = { kind, at, cells: cells[index]! }
    at += block.cells
    return block
  })
}

/** The table of docs/decisions/rate-limit.md: the layer in all its cells, in virtual time. `node --conditions=source` */
import { limitedBacklog, limitedCells } from '../support/limited-backlog.ts'

const percent = (value: number) => (value * 100).toFixed(2)
console.log(
  '| a second | server | replies after | used % (least of 5) | refused % (most of 5) |\n| --- | --- | --- | --- | --- |',
)
for (const cell of limitedCells) {
  const runs = await Promise.all([1, 2, 3, 4, 5].map((seed) => limitedBacklog(cell, { seed })))
  const used = percent(Math.min(...runs.map((run) => run.used)))
  const refused = percent(Math.max(...runs.map((run) => run.refused)))
  console.log(`| ${cell.join(' | ')} | ${used} | ${refused} |`)
}

import type { Column, Goal, Part } from './part.ts'
import { measured, ratio, type Samples, type Spread } from './samples.ts'

/** A part as a table, and below it a line for each goal: held or missed. */
export function markdown(part: Part, runs: readonly Samples[]): string {
  const { columns } = part
  const subjects = Object.keys(runs[0] ?? {})
  const rows = subjects.map((subject) => [subject, ...columns.map((column) => cell(column, subject, runs))])
  const table = [['', ...columns.map(({ head }) => head)], columns.map(() => '---'), ...rows]
  table[1]!.unshift('---')
  const lines = table.map((row) => `| ${row.join(' | ')} |`)
  const goals = part.goals.map((goal) => `- ${goalLine(goal, runs)}`)
  return [`### ${part.title}`, '', part.about, '', ...lines, '', ...goals].join('\n').trimEnd()
}

function cell({ metric, to, scale = 1 }: Column, subject: string, runs: readonly Samples[]): string {
  const found = to === undefined ? measured(runs, subject, metric) : ratio(runs, subject, to, metric)
  if (found === undefined) return ''
  const { median, low, high } = found
  if (number(low * scale) === number(high * scale)) return number(median * scale)
  return `${number(median * scale)} (${number(low * scale)}–${number(high * scale)})`
}

export function holds({ most = Infinity, least = -Infinity }: Goal, { median }: Spread): boolean {
  return median <= most && median >= least
}

export function goalLine(goal: Goal, runs: readonly Samples[]): string {
  const { says, most, least, unit = '' } = goal
  const bound = most === undefined ? `≥ ${least}${unit}` : `≤ ${most}${unit}`
  const found = goal.of(runs)
  if (found === undefined) return `– ${says}: ${bound}, not measured`
  const { median, low, high } = found
  return `${holds(goal, found) ? '✓' : '✗'} ${says}: ${bound}, measured ${number(median)}${unit} (${number(low)}–${number(high)})`
}

/** Three digits are all that a measurement of this kind is good for. */
export function number(value: number): string {
  const size = Math.abs(value)
  if (size >= 1000 || Number.isInteger(value)) return Math.round(value).toLocaleString('en').replaceAll(',', ' ')
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

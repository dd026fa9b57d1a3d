import type { Flight } from '../flight.ts'
import type { Row } from './rows.ts'
import { type Gap, lengthOf, type Stretch } from './stretch.ts'

/** Work that is worth a line. */
const worth = { milliseconds: 1, share: 0.01 }

type Span = Flight['spans'][number]

/** At level `all`: who had the call while none of what was told went on. One row a layer and attempt; the small together. */
export function own({ spans, took }: Flight, gaps: readonly Gap[]): Row[] {
  if (spans.length === 0) return []
  const least = Math.max(worth.milliseconds, took * worth.share)
  const rest: Stretch[] = []
  const rows: Row[] = []
  for (const [span, stretches] of shares(spans, gaps, took)) {
    const time = stretches.reduce((sum, stretch) => sum + lengthOf(stretch), 0)
    if (time < least) rest.push(...stretches)
    else rows.push({ is: 'work', depth: 0, at: stretches[0]!.from, ...named(span), stretches })
  }
  rest.sort((one, other) => one.from - other.from)
  if (rest.length > 0) rows.push({ is: 'work', depth: 0, at: rest[0]!.from, layer: '', attempt: 0, stretches: rest })
  return rows
}

const named = ({ layer, attempt }: Span) => ({ layer, attempt })

/** Each moment of a gap belongs to the innermost layer that had the call then. */
function shares(spans: readonly Span[], gaps: readonly Gap[], took: number): Map<Span, Stretch[]> {
  const found = new Map<Span, Stretch[]>()
  const edges = spans.flatMap(({ from, to = took }) => [from, to]).toSorted((one, other) => one - other)
  for (const gap of gaps) {
    const cuts = [gap.from, ...edges.filter((edge) => edge > gap.from && edge < gap.to), gap.to]
    for (const [index, from] of cuts.slice(0, -1).entries()) {
      const to = cuts[index + 1]!
      const holder = spans.findLast((span) => span.from <= from && (span.to ?? took) >= to)
      if (holder === undefined || to <= from) continue
      found.set(holder, [...(found.get(holder) ?? []), { kind: 'work', from, to }])
    }
  }
  return found
}

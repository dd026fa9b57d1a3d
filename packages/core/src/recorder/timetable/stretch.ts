/** What time was spent on: a phase of a request, a request without phases, a wait of a layer, a layer's own work, a stall. */
export const kinds = [
  'queue',
  'dns',
  'tcp',
  'tls',
  'send',
  'wait',
  'receive',
  'request',
  'layer',
  'work',
  'stall',
] as const
export type Kind = (typeof kinds)[number]

/** Milliseconds since the call began. */
export type Stretch = { readonly kind: Kind; readonly from: number; readonly to: number }

export const lengthOf = ({ from, to }: { readonly from: number; readonly to: number }) => Math.max(0, to - from)

export type Gap = { readonly from: number; readonly to: number }

/** What of the time from 0 to `total` none of them covers. */
export function gapsBetween(stretches: readonly Gap[], total: number): Gap[] {
  const gaps: Gap[] = []
  let covered = 0
  for (const { from, to } of stretches.toSorted((one, other) => one.from - other.from)) {
    if (from > covered && covered < total) gaps.push({ from: covered, to: Math.min(from, total) })
    covered = Math.max(covered, to)
  }
  if (covered < total) gaps.push({ from: covered, to: total })
  return gaps
}

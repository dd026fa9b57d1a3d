import type { Stall } from '../stalls.ts'
import { stepOf } from '../waterfall/axis.ts'

/** The axis that all bars of a call share. */
export type Scale = {
  readonly total: number
  /** Milliseconds as a share of the axis, as SVG has it. */
  readonly place: (milliseconds: number) => string
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
  /** Where this process stood still. */
  readonly shades: readonly { readonly from: number; readonly to: number }[]
}

const shaded = 20

export function scaleOf(took: number, stalls: readonly Stall[] = []): Scale {
  const total = took > 0 ? took : 1
  const place = (milliseconds: number) =>
    `${Number((Math.min(1, Math.max(0, milliseconds / total)) * 100).toFixed(3))}%`
  const shades = stalls
    .slice(0, shaded)
    .map(({ at, milliseconds }) => ({ from: Math.max(0, at), to: Math.min(total, at + milliseconds) }))
  return { total, place, ticks: ticksOf(total), shades }
}

function ticksOf(total: number): Scale['ticks'] {
  const [unit, name] = total >= 1000 ? [1000, 's'] : [1, 'ms']
  const step = stepOf(total / unit / 5)
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  const ticks = Array.from({ length: 6 }, (_, index) => step * index)
    .filter((tick) => tick * unit <= total * 0.88)
    .map((tick) => ({ at: tick * unit, text: tick === 0 ? '0' : tick.toFixed(digits) }))
  return [...ticks, { at: total, text: `${(total / unit).toFixed(Math.max(digits, unit === 1000 ? 1 : 0))} ${name}` }]
}

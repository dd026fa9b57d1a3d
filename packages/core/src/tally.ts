import type { Step } from './step.ts'

/** How many pipelines of the same layers this process has made, and how many calls they had. */
export type Tally = { made: number; calls: number }

const tallies = new Map<string, Tally>()
/** A program has few stacks; whoever makes more kinds than this is not watched. */
const MOST = 256

export function tallyOf(steps: readonly Step[]): Tally {
  const layout = steps.map(({ name }) => name).join(' ')
  let tally = tallies.get(layout)
  if (tally === undefined) {
    tally = { made: 0, calls: 0 }
    if (tallies.size < MOST) tallies.set(layout, tally)
  }
  tally.made++
  return tally
}

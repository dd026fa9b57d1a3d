import { slots } from './layer.ts'
import type { Step } from './step.ts'

/** The sentence of the compile error, for those who have no compiler; undefined when all stand well. */
export function misplaced(steps: readonly Step[]): string | undefined {
  const names = new Set<string>()
  const given = new Set<string>()
  let last: Step | undefined
  for (const [index, step] of steps.entries()) {
    const { name, slot } = step
    if (slot === undefined) continue
    if (names.has(name)) return `'${name}' is in this stack already: remove one, or give it another name`
    if (last !== undefined && slots.indexOf(slot) < slots.indexOf(last.slot!))
      return `'${name}' (${slot}) must stand before '${last.name}' (${last.slot}): move it up`
    const missing = step.needs?.find((key) => !given.has(key))
    if (missing !== undefined) return `'${name}' needs '${missing}', which no layer before it gives`
    if (step.verdicts === 'needs' && !steps.slice(index + 1).some(({ verdicts }) => verdicts === 'gives'))
      return `'${name}' acts on verdicts and no layer inside it gives them: put status() or reject() after it`
    names.add(name)
    for (const key of step.gives ?? []) given.add(key)
    last = step
  }
  return undefined
}

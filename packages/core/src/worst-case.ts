import type { Step } from './step.ts'

/** The most that one call can cost. */
export type WorstCase = {
  readonly attempts: number
  /** `Infinity` when nothing bounds it. */
  readonly milliseconds: number
}

/**
 * From the traits of layers, innermost first: `after` of a deadline or timeout bounds, `waits` are milliseconds it may add (`Infinity`
 * for a queue), `attempts` multiplies; those that run side by side (`parallel`) do not last longer.
 */
export function worstCase(steps: readonly Step[]): WorstCase {
  let attempts = 1
  let milliseconds = Infinity
  for (const { slot, traits } of steps.toReversed()) {
    const { attempts: times = 1, waits = 0, parallel } = traits
    attempts *= Number(times)
    const lasting = milliseconds * (parallel === true ? 1 : Number(times)) + Number(waits)
    milliseconds =
      slot === 'bound' || slot === 'clock' ? Math.min(Number(traits['after'] ?? Infinity), lasting) : lasting
  }
  return { attempts, milliseconds }
}

import { passThrough } from './and-then.ts'
import { departure } from './departure.ts'
import { slots } from './layer.ts'
import { type Entry, nextOf } from './next-of.ts'
import { isOutcome, type Outcome } from './outcome.ts'
import type { Step } from './step.ts'
import type { Transport } from './transport.ts'
import { noOutcome } from './watch.ts'

export type Chains = { readonly plain: Entry; readonly recorded: Entry }

/**
 * Both chains of a pipeline, outermost handler first.
 *
 * @param probation calls of each layer whose outcome is looked at
 */
export function compile(steps: readonly Step[], transport: Transport, probation: number = firstCalls): Chains {
  const all = [...withAttempts(steps.filter(({ run }) => run !== passThrough)), wireStep(transport)]
  return { plain: chain(all, probation), recorded: chain(all.map(recorded)) }
}

const wireStep = (transport: Transport): Step => ({
  name: transport.name,
  slot: 'wire',
  calls: 'once',
  verdicts: 'neither',
  about: '',
  traits: {},
  run: departure(transport),
})

/** @param probation of each step but the last, which is ours */
function chain(steps: readonly Step[], probation?: number): Entry {
  const last = steps.length - 1
  const of = (index: number) => (index === last && probation !== undefined ? 0 : probation)
  let next: Entry | undefined
  for (let index = last; index > 0; index--) next = nextOf(steps[index - 1]!, index - 1, steps[index]!, next, of(index))
  return nextOf(outermost, -1, steps[0]!, next, of(0))
}

/** Who hands calls in, and may do so again. */
const outermost = { name: 'client', calls: 'many' } as const

/** Second halves stand just inside the repeaters, in the order of their first halves. */
function withAttempts(steps: readonly Step[]): readonly Step[] {
  const halves = steps.flatMap((step) =>
    step.attempt === undefined ? [] : [{ ...step, run: step.attempt, attempt: undefined }],
  )
  if (halves.length === 0) return steps
  const inside = steps.findIndex(({ slot }) => slot !== undefined && slots.indexOf(slot) > slots.indexOf('repeat'))
  return inside === -1 ? [...steps, ...halves] : [...steps.slice(0, inside), ...halves, ...steps.slice(inside)]
}

/**
 * Calls of a layer whose outcome is looked at for a forgotten return; from then on only what is no promise is. To look at all
 * of them takes a promise more for every layer and call: the first calls tell.
 */
const firstCalls = 64

/** The step with its span in the ledger. It looks at every outcome. */
function recorded(step: Step): Step {
  const run: Step['run'] = async (call, next) => {
    const { ledger, attempt } = call
    const span = ledger.enter(step.name, attempt)
    let outcome: Outcome | undefined
    try {
      const { stage } = ledger.runtime
      const given = await (stage === undefined ? step.run(call, next) : stage.run(step, call, next))
      if (!isOutcome(given)) throw noOutcome(step)
      return (outcome = given)
    } finally {
      ledger.leave(span, outcome?.verdict ?? 'bug')
    }
  }
  return { ...step, run }
}

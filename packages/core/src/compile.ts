import { Call, type CallFields, type Handler } from './call.ts'
import { departure } from './departure.ts'
import { ConfigError } from './errors.ts'
import { type Next, slots } from './layer.ts'
import { isOutcome, type Outcome } from './outcome.ts'
import type { Step } from './step.ts'
import type { Transport } from './transport.ts'

/**
 * Both chains of a pipeline, outermost handler first.
 *
 * @param probation calls of each layer whose outcome is looked at
 */
export function compile(
  steps: readonly Step[],
  transport: Transport,
  probation: number = firstCalls,
): { readonly plain: Handler; readonly recorded: Handler } {
  const all = [...withAttempts(steps), wireStep(transport)]
  return { plain: chain(all, probation), recorded: chain(all.map(recorded), 0) }
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
function chain(steps: readonly Step[], probation: number): Handler {
  const last = steps.length - 1
  let next = nowhere
  for (let index = last; index > 0; index--)
    next = nextOf(steps[index - 1]!, index - 1, steps[index]!, next, index === last ? 0 : probation)
  return nextOf(outermost, -1, steps[0]!, next, last === 0 ? 0 : probation)
}

const nowhere: Next = () => Promise.reject(new ConfigError('NEXT_TWICE', 'A transport has no next'))

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

/**
 * `next` of the layer at `index`, which enters the layer inside it: one closure for each. It dresses a spread call, hands
 * gifts on, and lets only a repeater send twice: `reach` is how deep the call has been since somebody who may last sent it.
 */
function nextOf(
  { name, calls }: Pick<Step, 'name' | 'calls'>,
  index: number,
  inner: Step,
  next: Next,
  probation: number,
): Next & Handler {
  const many = calls === 'many'
  const { run } = inner
  let left = probation

  function looked(given: unknown): Promise<Outcome> {
    if (left > 0) left--
    return Promise.resolve(given).then((outcome) => {
      if (isOutcome(outcome)) return outcome
      left = probation
      throw noOutcome(inner)
    })
  }

  return ((fields: Call<any> | CallFields<any>, give?: object) => {
    let call = fields instanceof Call ? fields : new Call<any>(fields)
    const { ledger } = call
    if (ledger.reach > index && !many)
      throw new ConfigError('NEXT_TWICE', `Layer '${name}' called next() twice: only a layer with calls: 'many' may`)
    ledger.reach = index + 1
    if (give !== undefined) call = call.giving(give)
    const given = run(call, next)
    return left === 0 && given instanceof Promise ? given : looked(given)
  }) as Next & Handler
}

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

const noOutcome = ({ name }: Step) =>
  new ConfigError('NO_OUTCOME', `Layer '${name}' gave no outcome: is a "return next(call)" missing?`)

import { canSend } from './body.ts'
import { Call, type CallFields, type Handler } from './call.ts'
import { ConfigError } from './errors.ts'
import { type Next, slots } from './layer.ts'
import { type Failure, isOutcome, type Outcome, refused } from './outcome.ts'
import type { Transport } from './transport.ts'
import { notes } from './recorder/notes.ts'
import type { Step } from './step.ts'

const says = notes('wire', {
  replays: ['the kept-alive socket was stale: sends again at once on another', '保持的连接已失效：立即换一条连接重发'],
})

/** Both chains of a pipeline, outermost handler first. */
export function compile(
  steps: readonly Step[],
  transport: Transport,
): { readonly plain: Handler; readonly recorded: Handler } {
  const all = withAttempts(steps)
  const innermost = departure(transport)
  return {
    plain: chain(all, watched, innermost),
    recorded: chain(all, recorded, recorded(wireStep(transport.name, innermost), nowhere)),
  }
}

const wireStep = (name: string, run: Handler): Step => ({
  name,
  slot: 'wire',
  calls: 'once',
  verdicts: 'neither',
  about: '',
  traits: {},
  run,
})

function chain(steps: readonly Step[], link: (step: Step, next: Next) => Handler, innermost: Handler): Handler {
  return steps.reduceRight<Handler>((inner, step, index) => link(step, nextOf(step, index, inner)), innermost)
}

/** Second halves stand just inside the repeaters, in the order of their first halves. */
function withAttempts(steps: readonly Step[]): readonly Step[] {
  const halves = steps.flatMap((step) =>
    step.attempt === undefined ? [] : [{ ...step, run: step.attempt, attempt: undefined }],
  )
  if (halves.length === 0) return steps
  const inside = steps.findIndex(({ slot }) => slot !== undefined && slots.indexOf(slot) > slots.indexOf('repeat'))
  return inside === -1 ? [...steps, ...halves] : [...steps.slice(0, inside), ...halves, ...steps.slice(inside)]
}

/** Calls of a layer whose outcome is looked at for a forgotten return. From then on only what is no promise is. */
const probation = 64

/** A promise more for every layer and call would be a third of what layers cost: the first calls tell. */
function watched(step: Step, next: Next): Handler {
  const { run } = step
  let left = probation
  return (call) => {
    const given = run(call, next)
    if (left === 0 && given instanceof Promise) return given
    if (left > 0) left--
    return Promise.resolve(given).then((outcome) => {
      if (isOutcome(outcome)) return outcome
      left = probation
      throw noOutcome(step)
    })
  }
}

function recorded(step: Step, next: Next): Handler {
  return async (call) => {
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
}

const noOutcome = ({ name }: Step) =>
  new ConfigError('NO_OUTCOME', `Layer '${name}' gave no outcome: is a "return next(call)" missing?`)

/**
 * `next` of the layer at `index`: dresses a spread call, hands gifts on, and lets only a repeater send twice. `reach` is
 * how deep the call has been since somebody who may last sent it.
 */
function nextOf({ name, calls }: Step, index: number, inner: Handler): Next {
  const many = calls === 'many'
  return ((fields: Call<any> | CallFields<any>, give?: object) => {
    const call = fields instanceof Call ? fields : new Call<any>(fields)
    const { ledger } = call
    if (ledger.reach > index && !many)
      throw new ConfigError('NEXT_TWICE', `Layer '${name}' called next() twice: only a layer with calls: 'many' may`)
    ledger.reach = index + 1
    return inner(give === undefined ? call : call.giving(give))
  }) as Next
}

/** The innermost handler: it counts the trip, and replays once, charged to nobody, where that is provably safe. */
function departure({ send, name }: Transport): Handler {
  const depart = (call: Call<any>, replayed: boolean): Promise<Outcome> => {
    const over = call.over()
    if (over !== undefined) return Promise.resolve(over)
    if (!canSend(call.body)) return Promise.resolve(spent)
    const { ledger } = call
    const trip = ledger.depart(call.attempt, name)
    const { stage } = ledger.runtime
    return (stage === undefined ? send(call) : stage.send(call)).then((outcome) => {
      ledger.arrive(trip, outcome)
      if (replayed || !outcome.failed || !isStale(outcome) || !mayReplay(call, outcome)) return outcome
      call.note(says.replays)
      return depart(call, true)
    })
  }
  return (call) => depart(call, false)
}

const spent = refused('BODY_SPENT', 'body', 'the body can be read once, and has been')

/** The peer had closed, or refused, before it looked at this request. */
const isStale = ({ verdict, reusedSocket, peerRefused, phase }: Failure) =>
  verdict === 'network' && (peerRefused || (reusedSocket === true && phase !== 'receive'))

const mayReplay = ({ repeatable, body }: Call<any>, { sent, peerRefused }: Failure) =>
  canSend(body) && (peerRefused || sent === 'none' || repeatable === 'always')

const nowhere: Next = () => Promise.reject(new ConfigError('NEXT_TWICE', 'A transport has no next'))

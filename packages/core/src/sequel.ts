import type { Call, Handler } from './call.ts'
import type { Outcome } from './outcome.ts'

/** What a layer does with the outcome of what it has handed on; `of` and `held` are what it has handed to `andThen`. */
export type After<Of = any, Held = any> = (
  outcome: Outcome,
  call: Call<any>,
  of: Of,
  held: Held,
) => Outcome | Promise<Outcome>

/** Told of a bug that went through, to give back what the layer holds. */
export type Lost<Of = any, Held = any> = (bug: unknown, call: Call<any>, of: Of, held: Held) => void

/**
 * What is to be done when an outcome is there, innermost layer first. As long as layers hand a call on and leave what comes
 * after to this list, all of them share one promise: the transport's.
 */
export class Sequel {
  after: After
  readonly call: Call<any>
  readonly of: unknown
  held: unknown
  outer: Sequel | undefined

  constructor(after: After, call: Call<any>, of: unknown, held: unknown, outer: Sequel | undefined) {
    this.after = after
    this.call = call
    this.of = of
    this.held = held
    this.outer = outer
  }
}

/**
 * The same, for another promise than the one it went into. That one ends here: nothing has come of it yet, or it were late.
 */
export function takenBack(sequel: Sequel): Sequel {
  let last = sequel
  while (last.after === leftToAnother) last = last.held as Sequel
  const { after, call, of, held, outer } = last
  const copy = new Sequel(after, call, of, held, outer)
  last.after = leftToAnother
  last.held = copy
  last.outer = undefined
  return copy
}

const leftToAnother: After = (outcome) => outcome

const losses = new WeakMap<After, Lost>()

/** `after`, and what is to be done in its place when a bug goes through. */
export function lastly<Given extends readonly any[]>(
  after: (outcome: Outcome, call: Call<any>, ...given: Given) => Outcome | Promise<Outcome>,
  lost: (bug: unknown, call: Call<any>, ...given: Given) => void,
): (outcome: Outcome, call: Call<any>, ...given: Given) => Outcome | Promise<Outcome> {
  losses.set(after as unknown as After, lost as unknown as Lost)
  return after
}

/** All of it, once the outcome is there. What the outermost gives comes out. */
export function concluded(first: Sequel, came: Outcome): any {
  const { ledger } = first.call
  ledger.stands = true
  ledger.stoodAt = undefined
  let sequel = first
  let outcome = came
  try {
    for (;;) {
      const given = sequel.after(outcome, sequel.call, sequel.of, sequel.held)
      const { outer } = sequel
      if (outer === undefined) return given
      // only outcomes have it: a promise is waited for, of whichever make
      if ((given as Outcome).failed === undefined) return following(Promise.resolve(given), outer)
      outcome = given as Outcome
      sequel = outer
    }
  } catch (bug) {
    return broken(sequel.outer, bug)
  } finally {
    ledger.stands = false
  }
}

/** `next(call).then(…)` */
export function chained(next: Handler, call: Call<any>, sequel: Sequel): Promise<any> {
  try {
    return following(next(call), sequel)
  } catch (bug) {
    throw lost(sequel, bug)
  }
}

/** The same for an outcome that is on its way. */
export const following = (promise: Promise<Outcome>, sequel: Sequel): Promise<any> =>
  promise.then(
    (outcome) => concluded(sequel, outcome),
    (bug: unknown) => broken(sequel, bug),
  )

/** A bug goes through all of it. */
export function broken(sequel: Sequel | undefined, bug: unknown): never {
  let thrown = bug
  for (let each = sequel; each !== undefined; each = each.outer) thrown = lost(each, thrown)
  throw thrown
}

/** @returns what is thrown on, mostly the bug itself */
export function lost({ after, call, of, held }: Sequel, bug: unknown): unknown {
  try {
    losses.get(after)?.(bug, call, of, held)
    return bug
  } catch (another) {
    return another
  }
}

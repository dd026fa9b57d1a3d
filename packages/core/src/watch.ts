import { ConfigError } from './errors.ts'
import { isOutcome, type Outcome } from './outcome.ts'
import type { Step } from './step.ts'

/** Who hands calls on. */
export type From = Pick<Step, 'name' | 'calls'>

/** What is looked at where one layer hands calls to the one inside it. */
export class Watch {
  /** The constructor of what the inner layer may give without a look at what comes of it. Null while it is on probation. */
  trusted: PromiseConstructor | null = null
  readonly #from: From
  readonly #inner: Step
  readonly #probation: number
  #left = 0

  /** @param probation calls whose outcome is looked at */
  constructor(from: From, inner: Step, probation: number) {
    this.#from = from
    this.#inner = inner
    this.#probation = probation
    this.#leave(probation)
  }

  trusts(given: unknown): given is Promise<any> {
    return (given as object | undefined)?.constructor === this.trusted
  }

  /** A call that has been further in comes once more. @throws ConfigError `NEXT_TWICE` unless it was handed on by a repeater */
  again(): void {
    const { name, calls } = this.#from
    if (calls !== 'many')
      throw new ConfigError('NEXT_TWICE', `Layer '${name}' called next() twice: only a layer with calls: 'many' may`)
  }

  /** @throws ConfigError `NO_OUTCOME` that names the inner layer */
  looked(given: unknown): Promise<Outcome> {
    if (this.#left > 0) this.#leave(this.#left - 1)
    return Promise.resolve(given).then((outcome) => {
      if (isOutcome(outcome)) return outcome
      this.#leave(this.#probation)
      throw noOutcome(this.#inner)
    })
  }

  #leave(calls: number): void {
    this.#left = calls
    this.trusted = calls === 0 ? Promise : null
  }
}

export const noOutcome = ({ name }: Pick<Step, 'name'>) =>
  new ConfigError('NO_OUTCOME', `Layer '${name}' gave no outcome: is a "return next(call)" missing?`)

import type { Call } from './call.ts'
import type { Failure } from './outcome.ts'
import { type Waiting, Waits } from './waits.ts'

/**
 * One copy of a call that goes its own way beside others: `next(call.with({ branch: new Branch(call) }))`. What waits in it
 * can be cut and the others go on; what ends the call ends it too. It costs no AbortSignal, and `call.signal` stays the
 * caller's own. Who makes one says when it is over.
 */
export class Branch extends Waits implements Waiting {
  before: Waiting | undefined = undefined
  behind: Waiting | undefined = undefined
  readonly #trunk: Waits
  #over = false

  constructor({ branch, runtime }: Call<any>) {
    super()
    this.#trunk = branch ?? runtime
    this.#trunk.enter(this)
  }

  /** Nothing will wait in it any more. Safe to call again. */
  end(): void {
    if (this.#over) return
    this.#over = true
    this.#trunk.leave(this)
  }

  /** End what waits in it, and let nothing begin. */
  override cut(why: Failure): void {
    this.end()
    super.cut(why)
  }
}

import type { Call } from '../../call.ts'
import type { Timer } from '../../clock.ts'
import type { Failure } from '../../outcome.ts'
import { Wait } from '../../wait.ts'

/** Something comes to a call from outside after so many milliseconds, or never; unless the call is over before. */
export class Arrival<What> extends Wait {
  readonly done: Promise<What | Failure>
  #resolve!: (what: What | Failure) => void
  #timer: Timer | undefined

  constructor(call: Call<any>, milliseconds: number, what: What) {
    super(call)
    this.done = new Promise((resolve) => (this.#resolve = resolve))
    if (!this.begin() || milliseconds === Infinity) return
    // to the fraction of a millisecond: alarms are not
    this.#timer = call.clock.setTimer(() => {
      this.end()
      this.#resolve(what)
    }, milliseconds)
  }

  protected stop(why: Failure): void {
    if (this.#timer !== undefined) this.call.clock.clearTimer(this.#timer)
    this.#resolve(why)
  }
}

import type { Alarm } from '../alarms.ts'
import type { Call } from '../call.ts'
import type { Bound } from '../call-options.ts'
import { Failure } from '../outcome.ts'

/** Listens while a body comes in, and tells when nothing was heard for too long. Who holds the peer back hears nothing. */
export class Silence implements Alarm {
  dueAt = Infinity
  earlier: Alarm | undefined = undefined
  later: Alarm | undefined = undefined
  readonly #call: Call<any>
  readonly #bound: Bound
  readonly #tell: (why: Failure) => void
  #since = 0
  #held = false

  constructor(call: Call<any>, bound: Bound, tell: (why: Failure) => void) {
    this.#call = call
    this.#bound = bound
    this.#tell = tell
    this.heard()
    this.#arm()
  }

  /** A piece has come. The alarm stays where it stands: it looks at this when it rings. */
  heard(): void {
    this.#since = this.#call.clock.now()
  }

  hold(): void {
    this.#held = true
  }

  release(): void {
    if (!this.#held) return
    this.#held = false
    this.heard()
  }

  end(): void {
    if (this.dueAt !== Infinity) this.#call.runtime.alarms.drop(this)
    this.dueAt = Infinity
  }

  #arm(): void {
    this.dueAt = this.#since + this.#bound.after
    this.#call.runtime.alarms.add(this)
  }

  due(): void {
    this.dueAt = Infinity
    const now = this.#call.clock.now()
    if (this.#held) this.#since = now
    if (this.#since + this.#bound.after > now) this.#arm()
    else this.#tell(silent(this.#bound))
  }
}

/** What a body fails with that is silent for too long. */
export const silent = ({ verdict, code, layer, after }: Bound): Failure =>
  new Failure(verdict, code, layer, `nothing of the body came for ${after} ms`)

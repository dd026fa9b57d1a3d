import type { Alarm } from './alarms.ts'
import type { Call } from './call.ts'
import { Failure } from './outcome.ts'
import type { Waiting } from './waits.ts'

/**
 * The only way anything in a pipeline waits: an exchange on the wire, a back-off, a place in a queue, a shared flight.
 * While it lasts it holds one alarm (if the call has a deadline), one listener (if the caller gave a signal) and one
 * place among the client's waits; {@link end} gives them back. So abort, deadline and close reach every state by the
 * same few lines, and a layer has nothing to clean up.
 */
export abstract class Wait implements Alarm, Waiting {
  dueAt: number
  earlier: Alarm | undefined = undefined
  later: Alarm | undefined = undefined
  before: Waiting | undefined = undefined
  behind: Waiting | undefined = undefined
  readonly #call: Call<any>
  #live = false

  constructor(call: Call<any>, dueAt: number = call.deadlineAt) {
    this.#call = call
    this.dueAt = dueAt
  }

  /** No field: an exchange is the body of its reply too, and who prints that would print what was sent. */
  get call(): Call<any> {
    return this.#call
  }

  /** The wait is over, early. Called at most once, when everything has been given back. */
  protected abstract stop(why: Failure): void

  /** False when the call is over already: {@link stop} was called, and there is nothing to begin. */
  protected begin(): boolean {
    const { call } = this
    const why = call.over()
    if (why !== undefined) {
      this.stop(why)
      return false
    }
    this.#live = true
    ;(call.branch ?? call.runtime).enter(this)
    call.signal?.addEventListener('abort', this)
    if (this.dueAt !== Infinity) call.runtime.alarms.add(this)
    return true
  }

  /** Safe to call again. */
  protected end(): void {
    if (!this.#live) return
    if (this.dueAt !== Infinity) this.call.runtime.alarms.drop(this)
    this.#release()
  }

  #release(): void {
    this.#live = false
    const { call } = this
    ;(call.branch ?? call.runtime).leave(this)
    call.signal?.removeEventListener('abort', this)
  }

  /** The alarms have let go of it already. */
  due(): void {
    this.#release()
    this.stop(this.call.late())
  }

  handleEvent(): void {
    this.cut(this.call.cancelled())
  }

  cut(why: Failure): void {
    this.end()
    this.stop(why)
  }
}

/** {@link Call.wait} */
export class Sleep extends Wait {
  readonly done: Promise<Failure | undefined>
  readonly #wakeAt: number
  #resolve!: (why: Failure | undefined) => void

  constructor(call: Call<any>, milliseconds: number) {
    // a time that is over, or is none, is not waited for
    const wakeAt = call.clock.now() + (milliseconds > 0 ? milliseconds : 0)
    super(call, Math.min(wakeAt, call.deadlineAt))
    this.#wakeAt = wakeAt
    this.done = new Promise((resolve) => (this.#resolve = resolve))
    this.begin()
  }

  override due(): void {
    // a wait that ends with the deadline is cut by it: there is no time left to do anything
    if (this.call.deadlineAt <= this.#wakeAt) return super.due()
    this.dueAt = Infinity
    this.end()
    this.#resolve(undefined)
  }

  protected stop(why: Failure): void {
    this.#resolve(why)
  }
}

/** {@link Call.until} */
export class Join<Value> extends Wait {
  readonly done: Promise<Value | Failure>
  #resolve!: (value: Value | Failure) => void
  #stopped = false

  constructor(call: Call<any>, work: Promise<Value>, late?: (value: Value) => void) {
    super(call)
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      work.then(
        (value) => (this.#stopped ? late?.(value) : (this.end(), resolve(value))),
        (bug) => (this.end(), reject(bug)),
      )
    })
    this.begin()
  }

  protected stop(why: Failure): void {
    this.#stopped = true
    this.#resolve(why)
  }
}

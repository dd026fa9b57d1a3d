import { type Call, type Failure, Wait } from '@penstock/core'

export type PlaceOptions = {
  readonly priority: number
  /** When the wait is over, if that is before the call's deadline. */
  readonly dueAt: number
  /** What is said then. */
  readonly expire: () => Failure
  readonly compartment: { drop(place: Place): void }
  readonly resolve: (why: Failure | undefined) => void
}

/** One call in the queue. */
export class Place extends Wait {
  readonly begun: boolean
  readonly #options: PlaceOptions

  constructor(call: Call, options: PlaceOptions) {
    super(call, Math.min(options.dueAt, call.deadlineAt))
    this.#options = options
    this.begun = this.begin()
  }

  get priority(): number {
    return this.#options.priority
  }

  /** Its turn has come. */
  take(): void {
    this.end()
    this.#options.resolve(undefined)
  }

  override due(): void {
    if (this.dueAt >= this.call.deadlineAt) return super.due()
    // the alarm has rung: there is none to drop
    this.dueAt = Infinity
    this.cut(this.#options.expire())
  }

  protected stop(why: Failure): void {
    const { compartment, resolve } = this.#options
    compartment.drop(this)
    resolve(why)
  }
}

import { type Call, type Failure, type Outcome, verdicts, Wait } from '@penstock/core'
import { Gradient, type GradientOptions } from './gradient.ts'

/** Gives the failure of a call for which `needs` milliseconds are too many. */
export type Late = (call: Call, needs: number) => Failure

/** How much of a new answer's time the mean takes in. */
const weight = 0.1

/**
 * What is in flight to one server, and the calls that wait for a place. First come, first served; a call that could not
 * be answered before its deadline any more gets none.
 */
export class Lane {
  readonly gradient: Gradient
  #inFlight = 0
  /** Milliseconds that the server takes for an answer, lately. */
  #answersIn = 0
  readonly #queue: Turn[] = []

  constructor(options: GradientOptions) {
    this.gradient = new Gradient(options)
  }

  /** Calls that may be in flight. */
  get limit(): number {
    return Math.floor(this.gradient.value)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get waiting(): number {
    return this.#queue.length
  }

  get state(): { readonly limit: number; readonly inFlight: number; readonly waiting: number } {
    const { limit, inFlight, waiting } = this
    return { limit, inFlight, waiting }
  }

  /** Milliseconds until a call that queues now would have its answer, as far as can be told. */
  get answerIn(): number {
    return this.#answersIn * (1 + (this.waiting + 1) / this.limit)
  }

  /** Take a place at once. False when none is free: as long as one is, nobody waits. */
  enter(): boolean {
    if (this.#inFlight >= this.limit) return false
    this.#inFlight++
    return true
  }

  /**
   * Wait for a place: gives nothing when it is taken, or what ended the wait.
   *
   * @param late the failure of a call that can no longer be answered in time
   */
  queue(call: Call, late: Late): Promise<Failure | undefined> {
    return new Promise((resolve) => {
      const turn = new Turn(call, this, late, resolve)
      if (turn.begun) this.#queue.push(turn)
    })
  }

  leave(turn: Turn): void {
    const place = this.#queue.indexOf(turn)
    if (place !== -1) this.#queue.splice(place, 1)
  }

  /** Something came back from the server. True when it lowers the limit. */
  learn(outcome: Outcome, took: number, now: number): boolean {
    const lowered = this.#lowered(outcome, took, now)
    this.#moveUp()
    return lowered
  }

  /** A place is given back. */
  release(): void {
    this.#inFlight--
    this.#moveUp()
  }

  #lowered({ verdict }: Outcome, took: number, now: number): boolean {
    if (verdicts[verdict].healthy) {
      this.#answersIn += (took - this.#answersIn) * (this.#answersIn === 0 ? 1 : weight)
      return this.gradient.answered(took, this.#inFlight, now)
    }
    if (verdict === 'timeout' || verdict === 'busy') return this.gradient.overloaded(took, this.#inFlight, now)
    return (verdict === 'late' || verdict === 'cancelled') && this.gradient.givenUp(took, this.#inFlight, now)
  }

  #moveUp(): void {
    while (this.waiting > 0 && this.#inFlight < this.limit) {
      const turn = this.#queue.shift()!
      // with nobody in flight somebody has to find out whether it is still that slow
      if (this.#inFlight > 0 && turn.call.remaining() <= this.#answersIn) turn.refuse(this.#answersIn)
      else {
        this.#inFlight++
        turn.go()
      }
    }
  }
}

/** A place in the queue. */
class Turn extends Wait {
  readonly begun: boolean
  readonly #lane: Lane
  readonly #late: Late
  readonly #resolve: (why: Failure | undefined) => void

  constructor(call: Call, lane: Lane, late: Late, resolve: (why: Failure | undefined) => void) {
    super(call)
    this.#lane = lane
    this.#late = late
    this.#resolve = resolve
    this.begun = this.begin()
  }

  go(): void {
    this.end()
    this.#resolve(undefined)
  }

  refuse(needs: number): void {
    this.cut(this.#late(this.call, needs))
  }

  protected stop(why: Failure): void {
    this.#lane.leave(this)
    this.#resolve(why)
  }
}

import { Schedule } from './schedule.ts'

/** The turns of one process of several while Redis is gone: its own ones of an order that all know, by when they last heard. */
export class OwnShare {
  #schedule: Schedule | undefined = undefined
  #orderAt = -Infinity
  #resumeAt = -Infinity

  /** Undefined while Redis gives the turns. */
  get schedule(): Schedule | undefined {
    return this.#schedule
  }

  /** Where to go on when Redis is back. */
  get resumeAt(): number {
    return this.#resumeAt
  }

  /** The first turn that would be its own, were Redis gone from now on. */
  plan(at: number): void {
    this.#orderAt = at
  }

  /**
   * @param last when it went, or will go, by Redis
   * @param round milliseconds in which each process has one turn
   * @param from nobody goes before
   */
  begin(schedule: Schedule, last: number, round: number, from: number): void {
    this.#schedule = schedule
    schedule.hold(Math.max(from, this.#next(last, round)))
  }

  end(): void {
    this.#resumeAt = this.#schedule?.at(0) ?? -Infinity
    this.#schedule = undefined
  }

  /** The first of its own turns that is half a round behind the last one at least; a round behind it, where no order is known. */
  #next(last: number, round: number): number {
    const at = this.#orderAt
    const soonest = last + round / 2
    if (at === -Infinity) return last + round
    return at >= soonest ? at : at + Math.ceil((soonest - at) / round) * round
  }
}

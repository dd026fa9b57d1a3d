import type { Failure } from './outcome.ts'

/** A wait in progress, as a link in a list of them. */
export type Waiting = {
  before: Waiting | undefined
  behind: Waiting | undefined
  /** End it now. */
  cut(why: Failure): void
}

/** Everything that waits, in one list: it can be cut at once. */
export class Waits {
  /** Why nothing more may wait. */
  closed: Failure | undefined = undefined
  #first: Waiting | undefined = undefined

  /** Link a wait in. */
  enter(wait: Waiting): void {
    wait.behind = this.#first
    if (this.#first !== undefined) this.#first.before = wait
    this.#first = wait
  }

  leave(wait: Waiting): void {
    if (wait.behind !== undefined) wait.behind.before = wait.before
    if (wait.before !== undefined) wait.before.behind = wait.behind
    else this.#first = wait.behind
    wait.before = wait.behind = undefined
  }

  /** Cut everything that waits, now and from now on. */
  cut(why: Failure): void {
    this.closed = why
    while (this.#first !== undefined) {
      const wait = this.#first
      wait.cut(why)
      if (this.#first === wait) this.leave(wait)
    }
  }
}

import { Alarms } from './alarms.ts'
import { type Chance, type Clock, systemChance, systemClock } from './clock.ts'
import type { Failure } from './outcome.ts'

/** A wait in progress, as a link in the list of all of them. */
export type Waiting = {
  before: Waiting | undefined
  behind: Waiting | undefined
  /** End it now. */
  cut(why: Failure): void
}

/** What all calls of one client share: its clock, its chance, and the list of everything that waits. */
export class Runtime {
  readonly clock: Clock
  readonly chance: Chance
  readonly alarms: Alarms
  /** Why no new call may begin. Undefined while the client is open. */
  refusing: Failure | undefined = undefined
  /** Why no call may go on. */
  closed: Failure | undefined = undefined
  #first: Waiting | undefined = undefined

  constructor(clock: Clock = systemClock, chance: Chance = systemChance) {
    this.clock = clock
    this.chance = chance
    this.alarms = alarmsOf(clock)
  }

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

const alarms = new WeakMap<Clock, Alarms>()

/** Clients of one clock share one timer. */
function alarmsOf(clock: Clock): Alarms {
  let found = alarms.get(clock)
  if (found === undefined) alarms.set(clock, (found = new Alarms(clock)))
  return found
}

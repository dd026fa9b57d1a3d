import { Alarms } from './alarms.ts'
import { type Chance, type Clock, systemChance, systemClock } from './clock.ts'
import type { Failure } from './outcome.ts'
import { Waits } from './waits.ts'

/** What all calls of one client share: its clock, its chance, and the list of everything that waits. */
export class Runtime extends Waits {
  readonly clock: Clock
  readonly chance: Chance
  readonly alarms: Alarms
  /** Why no new call may begin. Undefined while the client is open. */
  refusing: Failure | undefined = undefined

  constructor(clock: Clock = systemClock, chance: Chance = systemChance) {
    super()
    this.clock = clock
    this.chance = chance
    this.alarms = alarmsOf(clock)
  }
}

const alarms = new WeakMap<Clock, Alarms>()

/** Clients of one clock share one timer. */
function alarmsOf(clock: Clock): Alarms {
  let found = alarms.get(clock)
  if (found === undefined) alarms.set(clock, (found = new Alarms(clock)))
  return found
}

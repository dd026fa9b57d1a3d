import { Alarms } from './alarms.ts'
import { type Chance, type Clock, systemChance, systemClock } from './clock.ts'
import type { Handler } from './call.ts'
import type { Next } from './layer.ts'
import type { Failure, Outcome } from './outcome.ts'
import type { Ledger } from './recorder/ledger.ts'
import type { Step } from './step.ts'
import { Waits } from './waits.ts'

/** Plays what came from outside a call that is made again. */
export type Stage = {
  /** In place of the transport. */
  readonly send: Handler
  /** The layer itself, or its part as it was recorded. */
  readonly run: (step: Step, call: Parameters<Handler>[0], next: Next) => Promise<Outcome> | Outcome
  /** A decision is about to be noted. */
  readonly notes: (ledger: Ledger, id: string) => void
}

/** What all calls of one client share: its clock, its chance, and the list of everything that waits. */
export class Runtime extends Waits {
  readonly clock: Clock
  readonly chance: Chance
  readonly alarms: Alarms
  /** Why no new call may begin. Undefined while the client is open. */
  refusing: Failure | undefined = undefined
  /** In a replay: who plays what came from outside. */
  stage: Stage | undefined = undefined

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

import type { Call, Outcome } from '@penstock/core'
import type { Pacer } from './pacer.ts'
import { says } from './says.ts'
import { asked, type Told, told } from './told.ts'

/** What an outcome says of the limit, told to the gate that its call went through as number `number`. */
export function hearing(headers: 'heed' | 'follow' | 'ignore', name: string) {
  function saidIn(outcome: Outcome, { clock }: Call): Told | undefined {
    return outcome.failed || headers === 'ignore' ? undefined : told(outcome.headers, clock)
  }

  function heard(outcome: Outcome, call: Call, gate: Pacer, number: number, said = saidIn(outcome, call)): Outcome {
    const { clock } = call
    if (outcome.verdict === 'rate') {
      const wait = gate.refused(number, clock.now(), asked(outcome, said))
      call.note(says.backs_off, { wait, guard: gate.guard }, name)
      return outcome
    }
    if (!outcome.failed) gate.admitted()
    const wait = said === undefined ? undefined : gate.heard(number, clock.now(), said)
    if (wait !== undefined) call.note(says.told, { remaining: said?.remaining, wait }, name)
    return outcome
  }

  /** Where the server's own figure is the limit. */
  function followed(outcome: Outcome, call: Call, gate: Pacer, number: number): Outcome {
    const said = saidIn(outcome, call)
    if (said?.limit !== undefined && said.window !== undefined) gate.pace(said.limit, said.window)
    return heard(outcome, call, gate, number, said)
  }

  return { heard, followed }
}

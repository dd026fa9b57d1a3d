import type { Call, Next, Outcome } from '@penstock/core'

/** `next(call)`, and `settle` told what came of it once; nothing came of a bug. A promise, and no frame. */
export function settling(call: Call, next: Next, settle: (outcome?: Outcome) => void): Promise<Outcome> {
  try {
    return next(call).then(
      (outcome) => {
        settle(outcome)
        return outcome
      },
      (bug) => {
        settle()
        throw bug
      },
    )
  } catch (bug) {
    settle()
    throw bug
  }
}

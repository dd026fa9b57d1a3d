import type { Call, Next, Outcome } from '@penstock/core'

/** Told once what came of a call that holds something; nothing came of a bug. */
export type Settle<Of, Held> = (call: Call, of: Of, held: Held, outcome?: Outcome) => void

/** `next(call)`, and `settle` told what came of it. A promise, and no frame. */
export function settling<Of, Held>(
  call: Call,
  next: Next,
  of: Of,
  held: Held,
  settle: Settle<Of, Held>,
): Promise<Outcome> {
  try {
    return next(call).then(
      (outcome) => {
        settle(call, of, held, outcome)
        return outcome
      },
      (bug) => {
        settle(call, of, held)
        throw bug
      },
    )
  } catch (bug) {
    settle(call, of, held)
    throw bug
  }
}

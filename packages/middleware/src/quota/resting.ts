import type { Period } from './period.ts'

/** Milliseconds in which a server's clock may still be in the period before ours. */
const turn = 600_000
/** Milliseconds for which it is believed then. */
const moment = 60_000
/** Milliseconds for which a key rests that has no reset: somebody may buy more. */
const rest = 3_600_000

/** How long to send nothing after the server has said that the quota is used. @param after milliseconds it asks for */
export function resting({ startsAt, endsAt }: Period, date: number, after: number | undefined): number {
  if (after !== undefined) return after
  if (endsAt === Infinity) return rest
  return date - startsAt < turn ? moment : endsAt - date
}

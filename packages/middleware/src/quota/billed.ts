import { type Call, type Outcome, type Verdict, verdicts } from '@penstock/core'

/** The server said no before it did anything. */
const turnedAway: ReadonlySet<Verdict> = new Set(['rate', 'quota', 'token', 'auth', 'denied'])

/**
 * Whether the server counts this one: what it may have taken without an answer coming back, and what it answered well;
 * where each call is billed, every answer but a refusal.
 */
export function isBilled(outcome: Outcome, { endpoint }: Call<any>): boolean {
  if (outcome.failed) return outcome.sent !== 'none'
  const { verdict } = outcome
  if (endpoint?.billed === 'each') return !turnedAway.has(verdict)
  return verdict === 'unknown' || verdicts[verdict].healthy
}

import type { Call, Outcome } from '@penstock/core'

/** A call that may not be repeated freely may be when the server cannot have looked at it. */
export function mayRepeat({ repeatable }: Call, outcome: Outcome): boolean {
  if (repeatable !== 'unsent') return repeatable === 'always'
  return outcome.failed && (outcome.sent === 'none' || outcome.peerRefused)
}

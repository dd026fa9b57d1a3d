import type { Progress } from '../call-options.ts'

/** Tell a listener of the caller's. What it throws breaks nothing. */
export function tell(listener: (progress: Progress) => void, bytes: number, total: number | undefined): void {
  try {
    listener({ bytes, total })
  } catch {
    // an observer cannot break a call
  }
}

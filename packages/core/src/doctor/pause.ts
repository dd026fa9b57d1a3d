import type { Clock } from '../clock.ts'

/** Resolves after `milliseconds`, or as soon as the signal aborts. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clock.clearTimer(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.setTimer(end, milliseconds)
    signal.addEventListener('abort', end)
  })
}

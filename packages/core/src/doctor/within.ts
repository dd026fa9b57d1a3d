import type { Clock } from '../clock.ts'
import { pause } from './pause.ts'

/** A signal that aborts after `milliseconds`, or with the other; its timer is gone with the block that made it. */
export function within(clock: Clock, milliseconds: number, signal: AbortSignal): Disposable & { signal: AbortSignal } {
  const over = new AbortController()
  const done = new AbortController()
  void pause(clock, milliseconds, AbortSignal.any([signal, done.signal])).then(() => over.abort())
  return { signal: over.signal, [Symbol.dispose]: () => done.abort() }
}

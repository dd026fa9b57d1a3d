/** The one place of the emulator that knows the time. */
export type EmulatorClock = {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds that no setting of the machine's time moves. */
  elapsed(): number
  /** Resolves after `ms`, or earlier when `signal` fires. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: EmulatorClock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const end = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      signal?.addEventListener('abort', end)
    }),
}

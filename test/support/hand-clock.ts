import type { EmulatorClock } from '@penstock/ocr/emulator'

/** A clock that a test moves by hand. It starts at noon in Shanghai, at the beginning of a second. */
export const handClock = (): EmulatorClock & { advance(ms: number): void } => {
  let now = Date.UTC(2026, 2, 14, 4)
  return {
    now: () => now,
    elapsed: () => now,
    wait: () => Promise.resolve(),
    advance(ms) {
      now += ms
    },
  }
}

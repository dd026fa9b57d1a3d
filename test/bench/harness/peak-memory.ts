import { readFileSync, writeFileSync } from 'node:fs'

/** Bytes that this process ever stood at. */
export class PeakMemory {
  readonly #before: number

  /** From here on. Where the system cannot forget an earlier peak, that one counts too. */
  constructor() {
    globalThis.gc?.()
    this.#before = process.memoryUsage.rss()
    try {
      writeFileSync('/proc/self/clear_refs', '5')
    } catch {
      // not Linux
    }
  }

  /** Above what it was in the beginning. */
  get more(): number {
    return Math.max(0, highest() - this.#before)
  }
}

function highest(): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

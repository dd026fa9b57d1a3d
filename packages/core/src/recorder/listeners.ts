import { type Hearer, hear } from './endings.ts'
import type { Ledger } from './ledger.ts'

/** Calls that ended in one turn of the event loop, and wait to be told of. More are dropped, and counted. */
const most = 10_000

const listeners = new Set<{ readonly hearer: Hearer; dropped: number }>()
const waiting: Ledger[] = []
let flushing = false
// looked up once: the fake timers of somebody's test would keep it from ringing, then and after
const soon = setImmediate

/** One more listener: the number of what it missed, and an end to it. */
export type Listening = { readonly dropped: number; stop(): void }

/**
 * Hears of calls that ended, in the turn after: the caller has its answer by then. What is left when the process ends is told
 * at its exit. A listener that throws, or whose promise rejects, harms neither the call nor the others.
 */
export function listen(hearer: Hearer): Listening {
  const listener = { hearer, dropped: 0 }
  if (listeners.size === 0) begin()
  listeners.add(listener)
  return {
    get dropped() {
      return listener.dropped
    },
    stop() {
      listeners.delete(listener)
      if (listeners.size === 0) end()
    },
  }
}

function begin(): void {
  hear((ledger) => {
    if (waiting.length >= most) for (const listener of listeners) listener.dropped++
    else waiting.push(ledger)
    if (flushing) return
    flushing = true
    soon(flush)
  })
  process.on('exit', flush)
}

function end(): void {
  hear(undefined)
  process.off('exit', flush)
}

function flush(): void {
  flushing = false
  for (const ledger of waiting.splice(0)) for (const listener of listeners) told(listener, ledger)
}

function told(listener: { readonly hearer: Hearer; dropped: number }, ledger: Ledger): void {
  const dropped = () => void listener.dropped++
  try {
    const late: unknown = listener.hearer(ledger)
    if (late instanceof Promise) late.catch(dropped)
  } catch {
    dropped()
  }
}

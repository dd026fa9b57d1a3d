/** Bytes that all bodies of the process together are worked on in one turn of the event loop: half a millisecond of it. */
const stint = 262_144

/** What is handed on weighs at least as much: it is not only its bytes that take time. */
const least = 4_096

type Waiting = { readonly weight: number; readonly go: () => void }

const waiting: Waiting[] = []
let left = stint
let counting = false

/**
 * Asked before a piece of a body is worked on. Undefined while this turn of the event loop has room, else one is waited for:
 * whoever waited longest goes first, so that many bodies at once get a piece each, and the loop its turns.
 */
export function turn(bytes: number): Promise<void> | undefined {
  const weight = Math.max(bytes, least)
  if (left <= 0) return new Promise((go) => waiting.push({ weight, go }))
  take(weight)
  return undefined
}

function take(weight: number): void {
  left -= weight
  if (counting) return
  counting = true
  setImmediate(anew)
}

function anew(): void {
  counting = false
  left = stint
  while (left > 0 && waiting.length > 0) {
    const { weight, go } = waiting.shift()!
    take(weight)
    go()
  }
}

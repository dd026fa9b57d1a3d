import type { Secret } from './secret.ts'

let held: WeakRef<Secret>[] = []
let cleared = 0
let full = 1024
let enrolments = 0

/** Every secret is enrolled when it is made, and forgotten with the last who holds it. */
export function enrol(secret: Secret): void {
  if (held.length >= full) {
    held = held.filter((one) => one.deref() !== undefined)
    full = Math.max(1024, held.length * 2)
    cleared++
  }
  held.push(new WeakRef(secret))
  enrolments++
}

/** How many were enrolled in all. */
export const enrolled = (): number => enrolments

/** Where a reader of the list stands in it. */
export type Place = { readonly cleared: number; readonly read: number }

/** False when a reader at that place has missed nothing. */
export const newSince = (place: Place): boolean => place.cleared !== cleared || place.read !== held.length

/** The secrets that came since a place; all of them, and `again`, when the list was written anew in between. */
export function liveSecrets(since?: Place): {
  readonly secrets: readonly Secret[]
  readonly again: boolean
  readonly place: Place
} {
  const again = since?.cleared !== cleared
  const secrets: Secret[] = []
  for (let at = again ? 0 : since.read; at < held.length; at++) {
    const secret = held[at]!.deref()
    if (secret !== undefined) secrets.push(secret)
  }
  return { secrets, again, place: { cleared, read: held.length } }
}

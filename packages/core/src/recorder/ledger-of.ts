import { Ledger } from './ledger.ts'

const told = new WeakMap<object, Ledger>()

/** What is not ours has no field for a ledger: a caller's own abort reason, a Response. It is kept beside it. */
export function rememberLedger(thing: unknown, ledger: Ledger): void {
  if (typeof thing === 'object' && thing !== null) told.set(thing, ledger)
}

/** The ledger of a result, of an error, of the reason a caller aborted with, or of a Response of `toFetch`. */
export function ledgerOf(thing: unknown): Ledger | undefined {
  if (typeof thing !== 'object' || thing === null) return undefined
  if (thing instanceof Ledger) return thing
  const { ledger } = thing as { readonly ledger?: unknown }
  return ledger instanceof Ledger ? ledger : told.get(thing)
}

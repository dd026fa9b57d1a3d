import { Ledger } from './ledger.ts'

const reasons = new WeakMap<object, Ledger>()

/** A caller's own abort reason comes out as it went in, so its ledger is kept beside it. */
export function rememberReason(reason: unknown, ledger: Ledger): void {
  if (typeof reason === 'object' && reason !== null) reasons.set(reason, ledger)
}

/** The ledger of a result, of an error, or of the reason a caller aborted with. */
export function ledgerOf(thing: unknown): Ledger | undefined {
  if (typeof thing !== 'object' || thing === null) return undefined
  if (thing instanceof Ledger) return thing
  const { ledger } = thing as { readonly ledger?: unknown }
  return ledger instanceof Ledger ? ledger : reasons.get(thing)
}

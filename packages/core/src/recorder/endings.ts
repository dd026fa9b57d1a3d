import type { Call } from '../call.ts'
import type { Request } from '../request.ts'
import type { Ledger } from './ledger.ts'

export type Hearer = (ledger: Ledger) => unknown

/** Undefined while nobody listens: a look at it is all that a call pays then. */
let tell: Hearer | undefined

/** Tells whoever listens that a call ended; again, when its body broke later. Calls made for another are in that one's story. */
export function ended(call: Call<any>): void {
  if (tell === undefined) return
  const { parent } = call.options as Partial<Request>
  if (parent === undefined && call.ledger.level !== 'off') tell(call.ledger)
}

/** One hears; who wants to be many hands on. */
export function hear(hearer: Hearer | undefined): void {
  tell = hearer
}

import type { Ledger } from './ledger.ts'

/** What a capture calls a trip: which call and attempt it is of, and the last decision before it. */
export function tripLabel({ id, method, url, endpoint, notes }: Ledger, attempt: number): string {
  const last = notes?.at(-1)
  const because = last === undefined ? '' : `, after ${last.kind.id}`
  return `call ${id}, attempt ${attempt}${because}: ${endpoint === undefined ? '' : `${endpoint} `}${method} ${url}`
}

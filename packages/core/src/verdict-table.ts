import type { Verdict } from './verdict.ts'

/** A sentence in both languages. Codes are never translated. */
export type Bilingual = { readonly en: string; readonly zh: string }

/** What one code of a vendor means, and what to do about it. */
export type VerdictRow = {
  readonly verdict: Verdict
  /** Our stable name for it, `QPS_LIMIT`. Several vendor codes may share one. */
  readonly code: string
  /** The text the vendor's server sends with it. */
  readonly message: string
  /** Milliseconds after which the vendor says another try makes sense. */
  readonly after?: number
  readonly meaning: Bilingual
  readonly advice: Bilingual
  /** Where this was read. */
  readonly source: string
}

/** A vendor's error codes as data. `reject()` reads it; `penstock explain` prints it. */
export type VerdictTable = {
  /** Where the code stands in the JSON reply, dotted: `error_code`, `Response.Error.Code`. */
  readonly code: string
  /** Where the vendor's own text stands. */
  readonly message: string
  /** Where the id stands that the vendor's support asks for: `log_id`, `Response.RequestId`. @default nowhere */
  readonly requestId?: string
  /** Codes that mean success, as text. A reply without a code is a success too. */
  readonly success: readonly string[]
  readonly rows: Readonly<Record<string, VerdictRow>>
  /** Rows for a code whose message matches (a regular expression's source, without regard to case), tried before `rows`. */
  readonly byMessage?: readonly { readonly code: string; readonly matches: string; readonly row: VerdictRow }[]
  /** Rows for numeric codes that `rows` does not list, bounds included. */
  readonly ranges?: readonly { readonly from: number; readonly to: number; readonly row: VerdictRow }[]
}

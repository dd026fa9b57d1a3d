import type { StandardSchema } from './standard-schema.ts'
import type { VerdictTable } from './verdict-table.ts'

/** When a call may be sent again: at any time, only when provably nothing was sent, or not at all. */
export type Repeatable = 'always' | 'unsent' | 'never'

/** How an endpoint's input becomes a request. */
export type Encoding = 'form' | 'json' | 'query' | 'multipart' | 'none'

/** One operation of an API, as data: no functions but its schemas. */
export type Endpoint<
  Input extends StandardSchema<any, any> = StandardSchema<any, any>,
  Output extends StandardSchema<any, any> = StandardSchema<any, any>,
> = {
  /** Vendor and operation, `baidu.generalBasic`. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the client's origin. `{name}` is filled from the input. */
  readonly path: string
  readonly encoding: Encoding
  /** What may be sent. Strict: an unknown field is an error before anything is sent. */
  readonly input: Input
  /** What comes back. Loose: unknown fields pass. */
  readonly output: Output
  /** The vendor's codes. Without it a reply is judged by its HTTP status. */
  readonly verdicts?: VerdictTable
  /** @default 'always' for GET, PUT and DELETE, 'unsent' for the others */
  readonly repeatable?: Repeatable
  /** What a call costs: `each` when a failed one is charged too. */
  readonly billed?: 'each' | 'success' | 'free'
  /** Requests a second the vendor allows by default. */
  readonly qps?: number
  /** The vendor's page. */
  readonly docs?: string
}

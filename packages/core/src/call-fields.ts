import type { Body } from './body.ts'
import type { Branch } from './branch.ts'
import type { Bound, CallOptions } from './call-options.ts'
import type { Repeatable } from './endpoint.ts'
import type { Headers } from './headers.ts'
import type { Ledger } from './recorder/ledger.ts'
import type { Secret } from './secret.ts'
import type { WireOptions } from './wire-options.ts'

/** What a call is made of. A spread of a call is one of these, and `next` takes it. */
export type CallFields<Context extends object = {}> = {
  /** Upper case. */
  readonly method: string
  /** `https://host:port` */
  readonly origin: string
  /** Path and query, encoded, without what is secret. */
  readonly path: string
  /** Query parameters that are secret: the transport adds them to the path. */
  readonly secretQuery: readonly (readonly [name: string, value: Secret])[]
  readonly headers: Headers
  readonly body: Body
  /** The caller's own. Prefer {@link Call.wait} and {@link Call.until}, which mind it and the deadline too. */
  readonly signal: AbortSignal | undefined
  /** On the client's clock; `Infinity` without a deadline. Only what waits holds a timer. */
  readonly deadlineAt: number
  /** Who set the deadline. */
  readonly bound: Bound | undefined
  /** Counted from 1 by whoever repeats. */
  readonly attempt: number
  readonly repeatable: Repeatable
  readonly wire: WireOptions
  /** What outer layers handed in with `next(call, { … })`. A layer sees what it asks for in its own type. */
  readonly context: Readonly<Context>
  readonly options: CallOptions
  readonly ledger: Ledger
  /** Of a copy that goes its own way beside others, where it can be cut alone. @default none */
  readonly branch?: Branch | undefined
}

/** Of a call that nobody has handed anything. */
export const noContext: object = Object.freeze({})

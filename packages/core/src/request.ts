import type { Body } from './body.ts'
import type { Call } from './call.ts'
import type { CallOptions } from './call-options.ts'
import type { Repeatable } from './endpoint.ts'
import type { FormValue } from './encode/form.ts'
import type { Part } from './encode/multipart.ts'
import type { Headers } from './headers.ts'
import type { Level } from './recorder/ledger.ts'
import type { Facts, NoteKind } from './recorder/notes.ts'
import type { Secret } from './secret.ts'
import type { AnyOverrides } from './stack.ts'

export type QueryValue = string | number | boolean | Secret | readonly (string | number | boolean)[] | undefined

/** What a caller says of one call. At most one of `json`, `form`, `multipart` and `body`. */
export type RequestOptions<Overrides = AnyOverrides> = CallOptions<Overrides> & {
  /** Fills the `{name}`s of the path. */
  readonly params?: Readonly<Record<string, string | number>>
  /** Added to the path. A {@link Secret} goes on the wire and nowhere else. */
  readonly query?: Readonly<Record<string, QueryValue>>
  /** Names in any case. */
  readonly headers?: Headers
  readonly json?: unknown
  readonly form?: Readonly<Record<string, FormValue>>
  readonly multipart?: Readonly<Record<string, Part>>
  /** A stream can be sent once; give a function that opens it anew if the call may be repeated. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>) | Body
  readonly signal?: AbortSignal
  /** When it may be sent again. @default 'always' for GET, HEAD, PUT, DELETE, OPTIONS; 'unsent' for the others */
  readonly repeatable?: Repeatable
  /**
   * The call on whose behalf this one is made: it shares that one's deadline and attempts, ends when its caller aborts,
   * and its story is told in that one's ledger.
   */
  readonly parent?: Call<any>
  /** Written into the ledger at once: what was found while the call was prepared. */
  readonly notes?: readonly { readonly kind: NoteKind; readonly facts?: Facts }[]
  /** How much the ledger keeps. @default that of the client */
  readonly diagnose?: Level
}

export type Request<Overrides = AnyOverrides> = RequestOptions<Overrides> & {
  /** @default 'GET' */
  readonly method?: string
  /** Below the client's origin, or a whole URL. */
  readonly path: string
}

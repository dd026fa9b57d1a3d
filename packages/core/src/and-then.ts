import type { Call, Handler } from './call.ts'
import type { CallFields } from './call-fields.ts'
import type { Next, Passed } from './layer.ts'
import type { Outcome } from './outcome.ts'
import { type After, chained, Sequel } from './sequel.ts'

/** What `next` of a compiled pipeline bears beside itself: {@link andThen} without a promise of its own. */
export const fused = Symbol('penstock.fused')

/** Undefined for `after`: there is nothing to do. */
export type Fused = (
  fields: Call<any> | CallFields<any>,
  after?: After,
  of?: unknown,
  held?: unknown,
  give?: object,
) => Promise<any>

/**
 * `next(call).then(outcome => after(outcome, call))`, cheaper: layers that hand a call on like this, and return what it gives
 * as it is and not out of an `async` function, share one promise. To others it is that `then`.
 *
 * @param after a function that is made once; what it needs of this call is handed in as `of` and `held`
 * @typeParam Gives what the call was dressed in, for those inside
 * @example
 * ```ts
 * import { andThen, type Call, layer, type Outcome } from '@penstock/core'
 *
 * const counts = { ok: 0, failed: 0 }
 * const count = (outcome: Outcome) => {
 *   counts[outcome.failed ? 'failed' : 'ok']++
 *   return outcome
 * }
 * const counting = layer({ name: 'counting', slot: 'observe', run: (call, next) => andThen(next, call, count) })
 * ```
 */
export function andThen<Gives extends object = {}>(
  next: Next,
  call: Call<any>,
  after: (outcome: Outcome, call: Call<any>) => Outcome | Promise<Outcome>,
): Promise<Passed<Gives>>
export function andThen<Of, Gives extends object = {}>(
  next: Next,
  call: Call<any>,
  after: (outcome: Outcome, call: Call<any>, of: Of) => Outcome | Promise<Outcome>,
  of: Of,
): Promise<Passed<Gives>>
export function andThen<Of, Held, Gives extends object = {}>(
  next: Next,
  call: Call<any>,
  after: After<Of, Held>,
  of: Of,
  held: Held,
): Promise<Passed<Gives>>
export function andThen(next: Next, call: Call<any>, after: After, of?: unknown, held?: unknown): Promise<Outcome> {
  const fuse = (next as { readonly [fused]?: Fused })[fused]
  if (fuse !== undefined) return fuse(call, after, of, held)
  return chained(next, call, new Sequel(after, call, of, held, undefined))
}

/** `next(call)`, where there is nothing to do after it; as cheap if it is returned as it is. */
export function onward<const Gives extends object = {}>(
  next: Next,
  call: Call<any>,
  give?: Gives,
): Promise<Passed<Gives>> {
  const fuse = (next as { readonly [fused]?: Fused })[fused]
  return fuse === undefined ? next(call, give) : fuse(call, undefined, undefined, undefined, give)
}

/**
 * {@link andThen} of who hands a call in. Written out, for the engine to see what layers enter apart from what clients enter:
 * where it sees one kind of `next` alone, it puts that into the layer.
 */
export function entered(way: Handler, call: Call<any>, after: After, of: unknown): Promise<any> {
  const fuse = (way as { readonly [fused]?: Fused })[fused]
  return fuse === undefined
    ? chained(way, call, new Sequel(after, call, of, undefined, undefined))
    : fuse(call, after, of)
}

/** The `run` of a layer that does nothing: it keeps its place in the plan, and no call passes it. */
export const passThrough = (call: Call, next: Next): Promise<Passed<{}>> => onward(next, call)

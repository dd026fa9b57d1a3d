import type { Call } from './call.ts'
import type { CallFields } from './call-fields.ts'
import type { Outcome } from './outcome.ts'

/** Where a layer may stand, outermost first. A slot checks the order of an array and never changes it. */
export const slots = [
  // once a call
  'observe',
  'bound',
  'fallback',
  'recall',
  'admit',
  'repeat',
  // once an attempt
  'guard',
  'identify',
  'pace',
  'clock',
  'seal',
  'judge',
  'follow',
  'jar',
  'wire',
] as const

export type Slot = (typeof slots)[number]

/** What a layer tells of itself, for `plan()` and `lint()`. */
export type Traits = Readonly<Record<string, number | string | boolean | undefined>>

declare const gives: unique symbol

/**
 * An outcome that came out of `next`. It remembers, in its type only, what was handed in, so that a layer's gifts are
 * inferred from what it returns, and a layer that forgets to return one does not compile.
 */
export type Passed<Gives> = Outcome & { readonly [gives]?: Gives }

/** The rest of the pipeline. What it is given beside the call becomes the context of all inner layers. */
export type Next = <const Gives extends object = {}>(
  call: Call<any> | CallFields<any>,
  give?: Gives,
) => Promise<Passed<Gives>>

/** What every way of returning from a layer has given. A refusal has given nothing, and nothing ran inside it. */
export type GivesOf<Result> = Result extends { readonly [gives]?: infer Gives }
  ? unknown extends Gives
    ? never
    : Gives
  : never

/** A layer that gives verdicts, that acts on them, or neither. Who acts on them needs one inside that gives them. */
export type Judging = 'gives' | 'needs' | 'neither'

export type Layer<
  Name extends string = string,
  At extends Slot = Slot,
  Needs extends object = any,
  Gives = any,
  Verdicts extends Judging = Judging,
  PerCall = any,
> = {
  readonly name: Name
  readonly slot: At
  /** `many` for a layer that may call `next` more than once. */
  readonly calls: 'once' | 'many'
  readonly verdicts: Verdicts
  /** One line of options, for `plan()`. */
  readonly about: string
  readonly traits: Traits
  /** Keys of the context that it asks for and hands in: the types know them, these are for those who have no compiler. */
  readonly needs?: readonly string[] | undefined
  readonly gives?: readonly string[] | undefined
  /** Lets go of what it holds, when its pipeline is closed. */
  readonly close?: (() => void | Promise<void>) | undefined
  readonly run: (call: Call<Needs>, next: Next) => Promise<Outcome>
  /** Its second half, run once an attempt just inside the repeaters. */
  readonly attempt?: ((call: Call<any>, next: Next) => Promise<Outcome>) | undefined
  /** Its run for calls that ask for other options, over the same state. @throws ConfigError for a value that cannot work */
  readonly override?: ((options: any) => (call: Call<any>, next: Next) => Promise<Outcome>) | undefined
  /** In the types only. */
  readonly '~gives': Gives
  readonly '~perCall': PerCall
}

/** A layer without a name of its own: may stand anywhere, gives and needs nothing. */
export type Middleware = (call: Call<any>, next: Next) => Promise<Outcome>

/** A gift that is not listed in `gives` is nobody's: the types and the run-time check see the same. */
type Listed<Gifts, Keys extends string> = [Gifts] extends [never]
  ? never
  : [Keys & keyof Gifts] extends [never]
    ? never
    : Pick<Gifts, Keys & keyof Gifts>

/**
 * Define a layer. What it gives is inferred from what it hands to `next`, what it needs from the type it writes on its
 * call; their keys are listed beside, so that a pipeline built without a compiler is checked in the same words.
 *
 * @example
 * ```ts
 * import { type Call, layer } from '@penstock/core'
 *
 * const tenant = layer({
 *   name: 'tenant',
 *   slot: 'identify',
 *   gives: ['tenant'],
 *   run: (call, next) => next(call.withHeader('x-tenant', 'acme'), { tenant: 'acme' }),
 * })
 * const audit = layer({
 *   name: 'audit',
 *   slot: 'seal',
 *   needs: ['tenant'],
 *   run: (call: Call<{ tenant: string }>, next) => next(call.withHeader('x-audit', call.context.tenant)),
 * })
 * ```
 */
export function layer<
  const Name extends string,
  const At extends Slot,
  Result extends Outcome,
  Needs extends object = {},
  const Verdicts extends Judging = 'neither',
  const Keys extends string = never,
  PerCall extends object = never,
>(definition: {
  readonly name: Name
  readonly slot: At
  /** @default 'once' */
  readonly calls?: 'once' | 'many'
  /** @default 'neither' */
  readonly verdicts?: Verdicts
  readonly about?: string
  readonly traits?: Traits
  /** Keys of the context that it asks for. */
  readonly needs?: readonly (keyof Needs & string)[]
  /** Keys of the context that it hands to `next`. */
  readonly gives?: readonly Keys[]
  readonly close?: () => void | Promise<void>
  readonly run: (call: Call<Needs>, next: Next) => Promise<Result>
  readonly attempt?: (call: Call<any>, next: Next) => Promise<Outcome>
  /** What it runs for a call that asks for other options: `http.get('/', { layers: { timeout: { after: 1000 } } })`. */
  readonly override?: (options: PerCall) => (call: Call<any>, next: Next) => Promise<Outcome>
}): Layer<NoInfer<Name>, At, Needs, Listed<GivesOf<Result>, Keys>, Verdicts, PerCall> {
  const made = { calls: 'once', verdicts: 'neither', about: '', traits: {}, ...definition }
  // NoInfer: inside a stack's array literal, a factory's name would else be inferred from the array, as any text
  return made as unknown as Layer<NoInfer<Name>, At, Needs, Listed<GivesOf<Result>, Keys>, Verdicts, PerCall>
}

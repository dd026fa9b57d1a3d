/** The order of a stack, checked where it is written: the element that is wrong gets the error, in one sentence. */
import type { Layer, Middleware, Slot, slots } from './layer.ts'

export type Stackable = Layer | Middleware

/**
 * Every element of a stack, checked against the others. After a wrong one the rest is taken on trust: one mistake, one
 * error. An array of a length not known to the compiler is checked when it runs, in the same words.
 */
export type Ordered<
  Stack extends readonly unknown[],
  Have = {},
  LastSlot extends Slot = 'observe',
  LastName extends string = '',
  Names extends string = never,
  Done extends readonly unknown[] = [],
> = Stack extends readonly [infer Head, ...infer Rest]
  ? Check<Head, Rest, Have, LastSlot, LastName, Names> extends infer Found
    ? Found extends string
      ? [...Done, Found, ...Rest]
      : Head extends Layer<infer Name, infer At, any, any, any>
        ? Ordered<Rest, Have & GiftOf<Head>, At, Name, Names | Known<Name>, [...Done, Head]>
        : Ordered<Rest, Have, LastSlot, LastName, Names, [...Done, Head]>
    : never
  : number extends Stack['length']
    ? Stack
    : Done

/** The layer itself if it may stand here, or the sentence that says what to move. */
type Check<
  Given,
  Rest extends readonly unknown[],
  Have,
  LastSlot extends Slot,
  LastName extends string,
  Names extends string,
> =
  Given extends Layer<infer Name, infer At, infer Needs, any, infer Verdicts>
    ? Name extends Names
      ? `'${Name}' is in this stack already: remove one, or give it another name`
      : At extends From<LastSlot>
        ? [Missing<Needs, Have>] extends [never]
          ? Have extends Needs
            ? Verdicts extends 'needs'
              ? GivesVerdicts<Rest> extends true
                ? Given
                : `'${Name}' acts on verdicts and no layer inside it gives them: put status() or reject() after it`
              : Given
            : `'${Name}' needs another type of '${keyof Needs & string}' than an outer layer gives`
          : `'${Name}' needs '${Missing<Needs, Have>}', which no layer before it gives`
        : `'${Name}' (${At}) must stand before '${LastName}' (${LastSlot}): move it up`
    : Given

/** A name that is only known when it runs says nothing of the others. */
type Known<Name extends string> = string extends Name ? never : Name

/** The slots from `At` on, inwards: where the next layer may stand. */
type From<At extends Slot, Rest extends readonly Slot[] = typeof slots> = Rest extends readonly [
  infer Head,
  ...infer Tail extends readonly Slot[],
]
  ? Head extends At
    ? Rest[number]
    : From<At, Tail>
  : never

/** Keys that are wanted and not had. */
type Missing<Needs, Have> = Exclude<keyof Needs, keyof Have> & string

/** True when one of them gives verdicts. A plain function, or an array of unknown length, may: it is checked when it runs. */
type GivesVerdicts<Rest extends readonly unknown[]> = Rest extends readonly [infer Head, ...infer Tail]
  ? Head extends Layer<any, any, any, any, infer Verdicts>
    ? Verdicts extends 'gives'
      ? true
      : GivesVerdicts<Tail>
    : GivesVerdicts<Tail>
  : number extends Rest['length']
    ? true
    : false

type GiftOf<Given> = Given extends Layer<any, any, any, infer Gives, any> ? ([Gives] extends [never] ? {} : Gives) : {}

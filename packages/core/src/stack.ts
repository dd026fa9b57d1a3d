/** A pipeline that knows its layers: another can be made of it, checked like the first, and a call may override them. */
import type { Layer, Slot, slots } from './layer.ts'
import type { Ordered, Stackable } from './order.ts'
import type { Pipeline } from './pipeline.ts'

/** Shares its transport, and the state of the layers it keeps, with those made of it; the last one closed closes them. */
export interface Stack<Layers extends readonly Stackable[] = readonly any[]> extends Pipeline {
  /**
   * Another pipeline, with this layer in the place of the one of its name.
   * @throws ConfigError `STACK_ORDER` when none has its name, or the order is wrong then
   */
  with<const Given extends Layer>(
    layer: Given & Fits<Layers, Given['name'], Replaced<Layers, Given>>,
  ): Stack<Replaced<Layers, Given>>
  /** Another pipeline, without the layer of that name. @throws ConfigError `STACK_ORDER` */
  without<const Name extends NameIn<Layers>>(
    name: Fits<Layers, Name, Removed<Layers, Name>> extends infer Wrong extends string ? Wrong : Name,
  ): Stack<Removed<Layers, Name>>
  /**
   * Another pipeline, with this layer too: as far in as its slot allows, or just before the layer that is named.
   * @throws ConfigError `STACK_ORDER`
   */
  insert<const Given extends Layer, const Name extends NameIn<Layers> = never>(
    layer: Given & Sound<Inserted<Layers, Given, Name>>,
    place?: { readonly before: Name },
  ): Stack<Inserted<Layers, Given, Name>>
  /** In the types only. */
  readonly '~layers'?: Layers
}

/** What calls of a pipeline may say of its layers: `false` to leave one out, or other options where it takes some. */
export type OverridesOf<Of extends Pipeline> =
  Of extends Stack<infer Layers>
    ? number extends Layers['length']
      ? AnyOverrides
      : { readonly [Each in Layers[number] as Each extends Layer ? Each['name'] : never]?: false | PerCallOf<Each> }
    : AnyOverrides

export type AnyOverrides = Readonly<Record<string, false | object | undefined>>

type PerCallOf<Given> = Given extends Layer<any, any, any, any, any, infer PerCall> ? PerCall : never

type NameIn<Layers extends readonly unknown[]> = number extends Layers['length']
  ? string
  : { [At in keyof Layers]: Layers[At] extends Layer<infer Name> ? Name : never }[number]

/** Nothing to say when there is one of that name and the new order is right; else the sentence that says what is wrong. */
type Fits<Layers extends readonly unknown[], Name extends string, New extends readonly unknown[]> = [Name] extends [
  NameIn<Layers>,
]
  ? Sound<New>
  : `no layer of this stack is called '${Name}': insert() adds one`

type Sound<New extends readonly unknown[]> = Complaint<Ordered<New>>

/** The sentence that stands in the place of a wrong layer. */
type Complaint<Checked extends readonly unknown[]> = [Extract<Checked[number], string>] extends [never]
  ? unknown
  : Extract<Checked[number], string>

type Replaced<Layers extends readonly unknown[], Given extends Layer> = {
  [At in keyof Layers]: Layers[At] extends Layer<Given['name']> ? Given : Layers[At]
}

type Removed<
  Layers extends readonly unknown[],
  Name extends string,
  Done extends readonly unknown[] = [],
> = Layers extends readonly [infer Head, ...infer Rest]
  ? Removed<Rest, Name, Head extends Layer<Name> ? Done : [...Done, Head]>
  : number extends Layers['length']
    ? Layers
    : Done

type Inserted<
  Layers extends readonly unknown[],
  Given extends Layer,
  Before extends string,
  Done extends readonly unknown[] = [],
> = Layers extends readonly [infer Head, ...infer Rest]
  ? IsPlace<Head, Given['slot'], Before> extends true
    ? [...Done, Given, ...Layers]
    : Inserted<Rest, Given, Before, [...Done, Head]>
  : number extends Layers['length']
    ? Layers
    : [...Done, Given]

type IsPlace<Head, At extends Slot, Before extends string> = [Before] extends [never]
  ? Head extends Layer<any, infer There>
    ? There extends Inside<At>
      ? true
      : false
    : false
  : Head extends Layer<Before>
    ? true
    : false

/** The slots that stand further in than `At`. */
type Inside<At extends Slot, Rest extends readonly Slot[] = typeof slots> = Rest extends readonly [
  infer Head,
  ...infer Tail extends readonly Slot[],
]
  ? Head extends At
    ? Tail[number]
    : Inside<At, Tail>
  : never

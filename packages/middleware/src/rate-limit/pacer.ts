import type { Call, Failure } from '@penstock/core'
import type { Told } from './told.ts'

/** Says no to a call that would wait for so many milliseconds. */
export type Drop = (call: Call<any>, wait: number) => Failure

/** Gives turns at one limit, in the order they are asked for, and learns from what the server answers. */
export type Pacer = {
  readonly waiting: number
  /** Milliseconds, grown by what the server refused. */
  readonly guard: number
  /** While the others cannot be heard: how many share the limit, as far as is known. */
  readonly alone: number | undefined
  /** Forgetting it now would let nobody go too early. */
  idle(now: number): boolean
  /** Milliseconds that one more would wait. */
  ahead(now: number): number
  /** Go at once: only when nobody is ahead. @returns its number for {@link refused} and {@link heard}; undefined when it has to wait all the same */
  pass(now: number): number | undefined
  /** Wait for a turn: gives its number when it has come, or the failure that cut the wait short. */
  queue(call: Call): Promise<number | Failure>
  /** The server took one. */
  admitted(): void
  /**
   * The server refused one as too many: everybody moves back, and who no longer fits its deadline is dropped.
   *
   * @param after milliseconds the server asks for. @default the longer, up to a window, the more the guard has grown
   * @returns milliseconds until the next turn
   */
  refused(number: number, now: number, after: number | undefined): number
  /**
   * The server told how many it would still take, and until when. What was told to an earlier one is old.
   *
   * @returns milliseconds until the next turn, when that has moved back
   */
  heard(number: number, now: number, told: Told): number | undefined
  /** Keep to the limit that the server has told. */
  pace(limit: number, window: number): void
  /** Redis can be asked again. */
  returned?(): void
  close?(): Promise<void>
}

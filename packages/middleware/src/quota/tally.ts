import type { Call, Failure } from '@penstock/core'
import type { Period } from './period.ts'

/** One may go; the allowance is used; who counts cannot be asked; or the call itself is over. */
export type Taking = 'taken' | 'spent' | 'gone' | Failure

/** The count of one key in one period. What is in flight counts, until it turns out that the server did not. */
export type Tally = {
  readonly period: Period
  readonly used: number
  /** By the wall clock: the server has said that nothing is left. */
  readonly parkedUntil: number
  /** Every `taken` is settled once. */
  take(call: Call<any>): Taking | Promise<Taking>
  settle(billed: boolean): void
  park(until: number): void
  close(): Promise<void>
}

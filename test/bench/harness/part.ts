import type { Samples, Spread } from './samples.ts'

/** One table of the benchmark: a file each, measured alone by `npm run bench -- NAME`. */
export type Part = {
  readonly name: string
  readonly title: string
  /** What was done, and how it was counted. */
  readonly about: string
  readonly columns: readonly Column[]
  readonly goals: readonly Goal[]
  /** One run of all rounds. */
  measure(options: Effort): Promise<Samples>
}

export type Effort = {
  readonly rounds: number
  /** Only subjects with one of these in their name. @default all */
  readonly only: readonly string[]
  /** Said while it goes on. */
  readonly progress: (says: string) => void
}

export type Column = {
  readonly head: string
  readonly metric: string
  /** Show how many times as much as this subject. @default the numbers themselves */
  readonly to?: string
  /** Put before the number is printed. @default 1 */
  readonly scale?: number
}

/** What issue and README promise, as a bound on a number that the table shows. */
export type Goal = {
  readonly says: string
  readonly of: (runs: readonly Samples[]) => Spread | undefined
  /** One of the two. */
  readonly most?: number
  readonly least?: number
  readonly unit?: string
}

export const wanted = (names: readonly string[], only: readonly string[], always: readonly string[] = []) =>
  only.length === 0 ? names : names.filter((name) => always.includes(name) || only.some((part) => name.includes(part)))

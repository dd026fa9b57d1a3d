/**
 * Measures while the machine is at its best: other guests may halve it, for a tenth of a second or for minutes. A yardstick,
 * a fixed piece of work that takes a millisecond, tells how it was just before and after.
 */

/** A turn of work. `yard`: what the yardstick took beside it, the longer time of the two. */
export type Turn = { readonly yard: number }

export type Conditions = {
  /** Milliseconds after which the turns there are must do. */
  readonly patience: number
  /** What the yardstick took when it was quickest, in whichever process. */
  readonly best: number
}

export type Best<T extends Turn> = { readonly turns: readonly T[]; readonly best: number }

/**
 * Works in turns until as many as are wanted had the yardstick at a tenth more than its best, or better. Those count at which
 * it was quickest: what the work itself took chooses none.
 *
 * @param wanted how many turns
 */
export async function atBest<T extends Turn>(
  work: () => T | Promise<T>,
  wanted: number,
  conditions: Conditions,
): Promise<Best<T>> {
  const turns: T[] = []
  const end = performance.now() + conditions.patience
  let { best } = conditions
  do {
    const turn = await work()
    turns.push(turn)
    best = Math.min(best, turn.yard)
  } while (turns.filter(({ yard }) => yard <= best * 1.1).length < wanted && performance.now() < end)
  return { turns: turns.toSorted((one, other) => one.yard - other.yard).slice(0, wanted), best }
}

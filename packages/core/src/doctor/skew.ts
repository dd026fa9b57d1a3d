/** One look at another clock: the whole second it told, between two moments of ours. All in milliseconds since 1970. */
export type ClockSample = { readonly before: number; readonly date: number; readonly after: number }

/** How far the other clock is ahead, at least and at most. It tells whole seconds, so each sample leaves room, and all of them less. */
export type Skew = { readonly least: number; readonly most: number }

/** Undefined where the samples contradict each other: they are of more than one clock. */
export function skew(samples: readonly ClockSample[]): Skew | undefined {
  const least = Math.max(...samples.map(({ date, after }) => date - after))
  const most = Math.min(...samples.map(({ date, before }) => date + 1000 - before))
  return samples.length === 0 || least > most ? undefined : { least, most }
}

/** What was measured: a subject's numbers by the name of what they measure, one a round, all subjects in step. */
export type Samples = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>

/** A median, with the lowest and the highest beside it. */
export type Spread = { readonly median: number; readonly low: number; readonly high: number }

export function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((one, other) => one - other)
  const half = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
  return { median, low: sorted[0]!, high: sorted.at(-1)! }
}

/** Several runs as one: the median of their medians, and the ends of all. */
function together(spreads: readonly Spread[]): Spread | undefined {
  if (spreads.length === 0) return undefined
  const low = Math.min(...spreads.map((each) => each.low))
  const high = Math.max(...spreads.map((each) => each.high))
  return { median: spread(spreads.map((each) => each.median)).median, low, high }
}

export function measured(runs: readonly Samples[], subject: string, metric: string): Spread | undefined {
  return together(runs.flatMap((run) => numbersOf(run, subject, metric)).map(spread))
}

/** How many times as much as the reference, round by round: what shook a whole round shakes no ratio. */
export function ratio(runs: readonly Samples[], subject: string, to: string, metric: string): Spread | undefined {
  return together(
    runs.flatMap((run) => {
      const [own] = numbersOf(run, subject, metric)
      const [others] = numbersOf(run, to, metric)
      return own === undefined || others === undefined
        ? []
        : [spread(own.map((value, round) => value / others[round]!))]
    }),
  )
}

/** How much more than the other, round by round: of the sum of these metrics. */
export function difference(
  runs: readonly Samples[],
  subject: string,
  than: string,
  metrics: readonly string[],
): Spread | undefined {
  const sums = (run: Samples, name: string) => {
    const all = metrics.flatMap((metric) => numbersOf(run, name, metric))
    return all.length < metrics.length
      ? undefined
      : all[0]!.map((_, round) => all.reduce((sum, each) => sum + each[round]!, 0))
  }
  return together(
    runs.flatMap((run) => {
      const [own, others] = [sums(run, subject), sums(run, than)]
      return own === undefined || others === undefined
        ? []
        : [spread(own.map((value, round) => value - others[round]!))]
    }),
  )
}

const numbersOf = (run: Samples, subject: string, metric: string): (readonly number[])[] => {
  const numbers = run[subject]?.[metric]
  return numbers === undefined || numbers.length === 0 ? [] : [numbers]
}

/** Retries that all calls to one origin may make between two successes: what keeps an outage from becoming a storm. */
export type OriginBudget = {
  /** Take one retry. False when none is left. */
  take(origin: string): boolean
  /** A call succeeded: all of them are there again. */
  refill(origin: string): void
}

/**
 * @param tokens retries between two successes
 * @param origins how many origins are remembered; the one that began to fail first is forgotten. @default 1024
 */
export function originBudget(tokens: number, origins: number = 1024): OriginBudget {
  // an origin that is not in here has all its tokens
  const left = new Map<string, number>()
  return {
    take(origin) {
      const had = left.get(origin) ?? tokens
      if (had < 1) return false
      if (left.size >= origins && !left.has(origin)) left.delete(left.keys().next().value!)
      left.set(origin, had - 1)
      return true
    },
    refill(origin) {
      if (left.size > 0) left.delete(origin)
    },
  }
}

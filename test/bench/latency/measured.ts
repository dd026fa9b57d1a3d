/** One line of the table. `holds` is true where there is no bound. */
export type Row = {
  readonly what: string
  readonly on: string
  readonly bound: string
  readonly measured: string
  readonly holds: boolean
}

export const ms = (milliseconds: number): string => `${milliseconds.toFixed(1)} ms`

/** The value that this part of all are not above. */
export function quantile(part: number, all: readonly number[]): number {
  const sorted = all.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!
}

/** Milliseconds that work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

/** Time for what is ready to happen on both sides of the loopback. */
export const pass = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

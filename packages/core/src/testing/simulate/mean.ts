import type { Measures } from './tally.ts'

/** The mean of several runs. One that never recovered makes it `never`. */
export function mean(runs: readonly Measures[]): Measures {
  const of = (pick: (run: Measures) => number) => runs.reduce((sum, run) => sum + pick(run), 0) / runs.length
  const each = (name: keyof Measures['timeline']) =>
    runs[0]!.timeline[name].map((_, second) => of(({ timeline }) => timeline[name][second]!))
  return {
    calls: of((run) => run.calls),
    amplification: of((run) => run.amplification),
    goodput: of((run) => run.goodput),
    goodputInFault: of((run) => run.goodputInFault),
    recovery: runs.some(({ recovery }) => recovery === undefined) ? undefined : of((run) => run.recovery!),
    refused: of((run) => run.refused),
    requestsInFault: of((run) => run.requestsInFault),
    limited: of((run) => run.limited),
    latency: { p50: of((run) => run.latency.p50), p99: of((run) => run.latency.p99) },
    timeline: { calls: each('calls'), good: each('good'), requests: each('requests') },
  }
}

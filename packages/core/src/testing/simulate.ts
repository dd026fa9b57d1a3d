import { ConfigError } from '../errors.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Transport } from '../transport.ts'
import { mean } from './simulate/mean.ts'
import { run, type RunOptions } from './simulate/run.ts'
import { brownout, outage, partialFailure, rateLimited, type Scenario } from './simulate/scenario.ts'
import { Simulation, type SimulationRow } from './simulate/simulation.ts'

export type SimulateOptions = RunOptions & {
  /** What to go through, each on its own. @default an outage, half of the replies errors, half the capacity, and a limit of 40/s, 30 s each */
  readonly scenarios?: readonly Scenario[]
  /** Processes that share the load, each with a stack of its own: all scenarios are gone through with each number. @default [1, 200] */
  readonly clients?: readonly number[]
  /** One run each; what is told is their mean. @default [1] */
  readonly seeds?: readonly number[]
}

/**
 * See what a stack makes of a server in trouble, before the server is: your own stack, in virtual time, against a
 * simulated server. Two minutes of 80 calls a second take about a second. The same seeds give the same numbers.
 *
 * @param stack makes the stack on the transport it is given; called once for each client
 * @throws ConfigError when an option has a value that cannot work; what a layer throws
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { brownout, simulate } from '@penstock/core/testing'
 * import { defaultStack } from '@penstock/middleware'
 *
 * const seen = await simulate(transport => pipeline([...defaultStack({ timeout: 1000 })], transport), {
 *   scenarios: [brownout({ before: 10_000, lasts: 10_000, after: 20_000 })],
 *   clients: [1],
 * })
 * console.log(String(seen))
 * ```
 */
export async function simulate(
  stack: (transport: Transport) => Pipeline,
  options: SimulateOptions = {},
): Promise<Simulation> {
  const {
    scenarios = [outage(), partialFailure(), brownout(), rateLimited()],
    clients = [1, 200],
    seeds = [1],
  } = options
  check(options)
  const rows: SimulationRow[] = []
  for (const scenario of scenarios)
    for (const count of clients) {
      const runs = []
      for (const seed of seeds) runs.push(await run(stack, scenario, count, seed, options))
      rows.push({ scenario, clients: count, ...mean(runs) })
    }
  return new Simulation(rows)
}

function check({ rate, capacity, workers, queue, latency, spread, clients = [1], seeds = [1] }: SimulateOptions): void {
  for (const [option, value] of Object.entries({ rate, capacity }))
    if (value !== undefined && !(value > 0 && value < Infinity)) throw invalid(option, value, 'a number above zero')
  for (const [option, value] of Object.entries({ queue, latency }))
    if (value !== undefined && !(value >= 0)) throw invalid(option, value, 'a number from zero up')
  if (spread !== undefined && !(spread >= 0 && spread <= 1)) throw invalid('spread', spread, 'a share from 0 to 1')
  for (const [option, value] of [
    ['workers', workers ?? 1] as const,
    ...clients.map((count) => ['clients', count] as const),
  ])
    if (!(Number.isInteger(value) && value >= 1)) throw invalid(option, value, 'a whole number from 1 up')
  if (seeds.length === 0) throw invalid('seeds', 'empty', 'at least one')
}

const invalid = (option: string, value: unknown, wanted: string) =>
  new ConfigError('CONFIG_INVALID', `simulate: ${option} is ${String(value)}: give ${wanted}`)

/** The default stack with its defaults against a server in trouble: 80 calls/s, capacity 100/s, five seeds. */
import { pipeline } from '@penstock/core'
import { type Measures, type Scenario, simulate } from '@penstock/core/testing'
import { adaptiveConcurrency, defaultStack } from '@penstock/middleware'

export async function simulated(
  scenario: Scenario,
  clients: number,
  { adaptive = false }: { readonly adaptive?: boolean } = {},
): Promise<Measures> {
  const { rows } = await simulate(
    (transport) => {
      const stack = pipeline([...defaultStack({ deadline: 10_000, timeout: 1000 })], transport)
      return adaptive ? stack.insert(adaptiveConcurrency()) : stack
    },
    { scenarios: [scenario], clients: [clients], seeds: [1, 2, 3, 4, 5] },
  )
  return rows[0]!
}

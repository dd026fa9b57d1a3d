/** Every fault, on both transports: recorded by real sockets, and replayed when the servers are gone, with the same decisions. */
import { gotTransport } from '@penstock/core/got'
import { replay } from '@penstock/core/testing'
import { undiciTransport } from '@penstock/core/undici'
import { describe, expect, test } from 'vitest'
import { faults } from './faults.ts'
import { layersOf, penstockCall } from './penstock-call.ts'

// times are as the machine has them: where it stands still for long between two events, a run is made again
describe.each(Object.entries({ got: gotTransport, undici: undiciTransport }))('%s', { retry: 2 }, (_, make) => {
  test.each(faults)('$number: $name', async ({ arrange }) => {
    const { faulty, flight } = await recorded(make, arrange)
    const file = `${JSON.stringify(flight)}\n`
    const { flight: once } = await replay(file, layersOf(faulty))
    const { flight: twice } = await replay(file, layersOf(faulty))
    expect(logOf(once)).toEqual(logOf(flight!))
    expect({ ...twice, id: 0 }).toEqual({ ...once, id: 0 })
  })
})

async function recorded(make: Parameters<typeof penstockCall>[0], arrange: (typeof faults)[number]['arrange']) {
  await using scene = await arrange()
  return { faulty: scene.faulty, ...(await penstockCall(make, scene.faulty)) }
}

type Logged = NonNullable<Awaited<ReturnType<typeof penstockCall>>['flight']>

/** What was decided, in its order, without times. */
const logOf = ({ notes, trips, verdict, failure, attempts }: Logged) => ({
  notes: notes.map(({ id, layer, attempt, facts }) => ({ id, layer, attempt, facts: countsOf(facts) })),
  trips: trips.map(({ attempt, status, code, phase, sent, reusedSocket = false }) => ({
    attempt,
    status,
    code,
    phase,
    sent,
    reusedSocket,
  })),
  ended: { verdict, attempts, code: failure?.code, layer: failure?.layer, vendorCode: failure?.vendorCode },
})

const countsOf = (facts: object) =>
  Object.entries(facts).filter(([, fact]) => typeof fact !== 'number' || Number.isInteger(fact))

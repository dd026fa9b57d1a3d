/** What the default stack makes of a server that fails some requests, or refuses what is too much, in virtual time. */
import { partialFailure, rateLimited } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { simulated } from '../support/simulated.ts'

describe.each([1, 200])('while half of the replies are errors, over %i clients', (clients) => {
  it('nine calls in ten go well, and all is well at once when it is over', async () => {
    const { goodputInFault, recovery, refused } = await simulated(partialFailure(), clients)
    expect(goodputInFault).toBeGreaterThanOrEqual(0.9)
    expect(recovery).toBeLessThanOrEqual(1000)
    expect(refused).toBeLessThan(0.01)
  })
})

it('while seven in ten are errors the circuit hardly ever opens, and retries save more than half of the calls', async () => {
  const { goodputInFault, refused } = await simulated(partialFailure({ share: 0.7 }), 1)
  expect(goodputInFault).toBeGreaterThan(0.6)
  expect(refused).toBeLessThan(0.03)
})

it('while the server takes half of what is offered, that half goes well, and the rest comes back by itself', async () => {
  const { goodputInFault, recovery } = await simulated(rateLimited(), 1)
  expect(goodputInFault).toBeGreaterThan(0.48)
  expect(recovery).toBeLessThanOrEqual(1000)
})

/** What the default stack makes of a server whose capacity falls below what is offered, in virtual time. */
import { brownout } from '@penstock/core/testing'
import { expect, it } from 'vitest'
import { simulated } from '../support/simulated.ts'

const ceiling = 50 / 80

it('with adaptiveConcurrency, 90 % of what the server can still do is done for calls that go well', async () => {
  const { goodputInFault, recovery, amplification } = await simulated(brownout(), 1, { adaptive: true })
  expect(goodputInFault).toBeGreaterThanOrEqual(0.9 * ceiling)
  expect(recovery).toBeLessThanOrEqual(2000)
  // hardly a request is sent in vain
  expect(amplification - goodputInFault).toBeLessThan(0.03)
})

it('with adaptiveConcurrency, it stays so when the brown-out lasts', async () => {
  const { goodputInFault } = await simulated(brownout({ lasts: 120_000, after: 20_000 }), 1, { adaptive: true })
  expect(goodputInFault).toBeGreaterThanOrEqual(0.9 * ceiling)
})

it.each([1, 200])('without it, it still comes back by itself, over %i clients', async (clients) => {
  const { recovery } = await simulated(brownout(), clients)
  expect(recovery).toBeLessThanOrEqual(15_000)
})

it('with adaptiveConcurrency a healthy server that is worked hard sees no call refused', async () => {
  const { goodput, refused } = await simulated(brownout({ capacity: 100 }), 1, { adaptive: true })
  expect([goodput, refused]).toEqual([1, 0])
})

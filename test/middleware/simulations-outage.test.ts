/** What the default stack makes of a server that is gone for a while, in virtual time. */
import { outage } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { simulated } from '../support/simulated.ts'

describe('in an outage of 30 s', () => {
  it('one process sends at most 1.10 requests a call, and is back 2 s after its end', async () => {
    const { amplification, recovery, goodputInFault } = await simulated(outage(), 1)
    expect(amplification).toBeLessThanOrEqual(1.1)
    expect(recovery).toBeLessThanOrEqual(2000)
    expect(goodputInFault).toBeLessThan(0.01)
  })

  it('200 sparse processes send at most 1.3 requests a call, and are back 6 s after its end', async () => {
    const { amplification, recovery } = await simulated(outage(), 200)
    expect(amplification).toBeLessThanOrEqual(1.3)
    expect(recovery).toBeLessThanOrEqual(6000)
  })

  it('in which nothing is answered, one process does no worse', async () => {
    const { amplification, recovery } = await simulated(outage({ silent: true }), 1)
    expect(amplification).toBeLessThanOrEqual(1.1)
    expect(recovery).toBeLessThanOrEqual(2000)
  })

  it('in which nothing is answered, 200 sparse processes do no worse', async () => {
    const { amplification, recovery } = await simulated(outage({ silent: true }), 200)
    expect(amplification).toBeLessThanOrEqual(1.3)
    expect(recovery).toBeLessThanOrEqual(6000)
  })
})

it('in an outage of 5 s after healthy load the circuit opens: fewer than one call in two is sent', async () => {
  const { amplification, recovery } = await simulated(outage({ lasts: 5000, after: 20_000 }), 1)
  expect(amplification).toBeLessThan(0.5)
  expect(recovery).toBeLessThanOrEqual(2000)
})

import { client, pipeline } from '@penstock/core'
import { breaks, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { circuitBreaker, status } from '@penstock/middleware'
import { expect, it } from 'vitest'

it('a circuit whose time ends between the look that refuses and the one that says how long refuses all the same', async () => {
  // the clock goes on at every look, so that for one of these the time ends between those two
  for (let ahead = 0; ahead < 12; ahead++) {
    let time = 0
    const clock = { ...virtualClock(), now: () => time++ }
    const transport = scriptedTransport(breaks('CONNECTION_RESET'), breaks('CONNECTION_RESET'), replies(200))
    const stack = pipeline([circuitBreaker({ volume: 2, openFor: 100, maxOpenFor: 100 }), status()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0 })
    for (let call = 0; call < 2; call++) await http.outcome({ path: '/' })
    time += ahead
    const codes: string[] = []
    while (!codes.includes('ok')) {
      const outcome = await http.outcome({ path: '/' })
      codes.push(outcome.failed ? outcome.code : outcome.verdict)
      expect(outcome.retryAfter ?? 0).toBeGreaterThanOrEqual(0)
    }
    expect(new Set(codes)).toEqual(new Set(['CIRCUIT_OPEN', 'ok']))
  }
})

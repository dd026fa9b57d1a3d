import { client, pipeline } from '@penstock/core'
import { hangs, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { circuitBreaker, status } from '@penstock/middleware'
import { expect, test } from 'vitest'

const origin = 'https://api.example.com'

/** A probe is on its way through a half-open circuit. */
async function probing(probe: Step) {
  const clock = virtualClock()
  const breaker = circuitBreaker({ volume: 2, openFor: 1000, probeLease: 10_000 })
  const transport = scriptedTransport(replies(500), replies(500), probe)
  const http = client({ pipeline: pipeline([breaker, status()], transport), origin, clock })
  for (let call = 0; call < 2; call++) await http.outcome({ path: '/' })
  await clock.advance(1000)
  const code = http.outcome({ path: '/' }).then((outcome) => outcome.code)
  await clock.advance(1)
  return { breaker, clock, http, code }
}

test('a probe cut by the close of its client after its lease ends with CLIENT_CLOSED', async () => {
  const { clock, http, code } = await probing(hangs())
  await clock.advance(10_000)
  const closed = http.close()
  await Promise.all([closed, clock.advance(5000)])
  expect(await code).toBe('CLIENT_CLOSED')
})

test.each([
  ['fails within its lease', later(100, replies(500)), 'STATUS_500'],
  ['answers after its lease', later(20_000, replies(200)), 'STATUS_200'],
])('a probe that %s gives its answer though another pipeline of its layer was closed', async (_, probe, given) => {
  const { breaker, clock, code } = await probing(probe)
  await pipeline([breaker, status()], scriptedTransport(replies(200))).close()
  await clock.drain()
  expect(await code).toBe(given)
})

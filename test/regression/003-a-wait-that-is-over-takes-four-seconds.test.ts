import { client, pipeline } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { expect, test } from 'vitest'

test.each([-1, -100, -5000, NaN])('a wait of %s ms ends at once', async (milliseconds) => {
  const clock = virtualClock()
  const http = client({
    pipeline: pipeline(
      [async (call, next) => (await call.wait(milliseconds)) ?? next(call)],
      scriptedTransport(replies(200)),
    ),
    origin: 'https://api.example.com',
    clock,
  })
  await clock.advance(1000)
  const answer = http.get('/')
  await clock.advance(1)
  expect((await answer).ledger.endedAt).toBeLessThanOrEqual(1001)
  expect(clock.timers).toBe(0)
})

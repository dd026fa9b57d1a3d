import { client, pipeline } from '@penstock/core'
import { later, replies, repliesJson, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { reject, status, token } from '@penstock/middleware'
import { expect, test } from 'vitest'

test('a call that waits for a token which another, closed client was fetching fetches it by itself', async () => {
  const clock = virtualClock()
  const bearer = token({ clientId: 'an-id', clientSecret: 'a-secret' })
  const grants = later(1000, repliesJson({ access_token: 'a-token', expires_in: 3600 }))
  const over = () => {
    const transport = scriptedTransport((call) => (call.method === 'POST' ? grants : replies(200))(call))
    const stack = pipeline([bearer, status(), reject()], transport)
    return { transport, http: client({ pipeline: stack, origin: 'https://api.example.com', clock }) }
  }
  const [first, second] = [over(), over()]
  const codes = Promise.all([first, second].map(async ({ http }) => (await http.outcome({ path: '/' })).code))
  await clock.advance(10)
  expect([first, second].map(({ transport }) => transport.calls.length)).toEqual([1, 0])
  const closed = first.http.close({ within: 5 })
  await clock.drain()
  await closed
  expect(await codes).toEqual(['CLIENT_CLOSED', 'STATUS_200'])
  expect(second.transport.calls.map(({ method }) => method)).toEqual(['POST', 'GET'])
  expect(clock.timers).toBe(0)
})

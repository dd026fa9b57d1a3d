import { client, pipeline } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { circuitBreaker, status } from '@penstock/middleware'
import { expect, test } from 'vitest'

test('a circuit isolated by hand stays so until it is released, when another pipeline of its layer is closed', async () => {
  const origin = 'https://api.example.com'
  const breaker = circuitBreaker()
  const over = () => pipeline([breaker, status()], scriptedTransport(replies(200)))
  const http = client({ pipeline: over(), origin })
  const code = async () => (await http.outcome({ path: '/' })).code
  const release = breaker.isolate(origin)
  await over().close()
  expect(await code()).toBe('CIRCUIT_OPEN')
  release()
  expect(await code()).toBe('STATUS_200')
})

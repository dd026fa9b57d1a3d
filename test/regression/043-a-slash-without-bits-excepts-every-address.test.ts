import { client, pipeline } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { proxy } from '@penstock/middleware'
import { expect, it } from 'vitest'

it('an address with a slash and no bits behind it lets no call past the proxy', async () => {
  const transport = scriptedTransport(replies(200))
  const stack = pipeline([proxy('http://proxy:1', { noProxy: '10.0.0.0/' })], transport)
  const http = client({ pipeline: stack, origin: 'http://192.0.2.1' })
  await http.get('/')
  expect(transport.calls[0]!.wire.proxy).toEqual({ origin: 'http://proxy:1' })
})

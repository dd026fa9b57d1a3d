import { bytesBody, client, type Middleware, pipeline, Reply, type Transport } from '@penstock/core'
import { expect, it, vi } from 'vitest'

/** A transport that minds no signal: its reply comes when it comes. */
function deaf() {
  const discard = vi.fn()
  const landing = Promise.withResolvers<Reply>()
  const transport: Transport = { name: 'deaf', close: async () => {}, send: () => landing.promise }
  const lands = () => landing.resolve(new Reply(200, {}, { ...bytesBody(Buffer.from('late')), discard }))
  return { transport, lands, discard }
}

const passes: Middleware = async (call, next) => next(call)

it.each([
  ['with no layer', []],
  ['inside a plain function', [passes]],
])('a reply that lands when its caller has left is let go of, once: %s', async (_, layers) => {
  const { transport, lands, discard } = deaf()
  const http = client({ pipeline: pipeline(layers, transport), origin: 'https://api.example.com' })
  const controller = new AbortController()
  const going = http.get('/', { signal: controller.signal })
  controller.abort('enough')
  await expect(going).rejects.toBe('enough')
  lands()
  await vi.waitFor(() => expect(discard.mock.calls.length).toBe(1))
})

it('a reply that lands in time is not', async () => {
  const { transport, lands, discard } = deaf()
  const http = client({ pipeline: pipeline([passes], transport), origin: 'https://api.example.com' })
  const going = http.get('/', { signal: new AbortController().signal })
  lands()
  expect([await (await going).text(), discard.mock.calls.length]).toEqual(['late', 0])
})

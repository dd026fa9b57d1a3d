import { client, layer, pipeline } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { dedupe } from '@penstock/middleware'
import { expect, test } from 'vitest'

test('a layer that once gives no outcome, long after its first calls, does not spoil the calls of that key to come', async () => {
  let calls = 0
  const forgetful = layer({
    name: 'forgetful',
    slot: 'pace',
    run: (call, next) => (++calls === 101 ? (Promise.resolve() as Promise<never>) : next(call)),
  })
  const transport = scriptedTransport(
    ...(Array.from({ length: 101 }, () => replies(200)) as [ReturnType<typeof replies>]),
  )
  const http = client({ pipeline: pipeline([dedupe(), forgetful], transport), origin: 'https://api.example.com' })
  for (let index = 0; index < 100; index++) await http.get('/things')
  await expect(http.get('/things')).rejects.toThrow('A layer gave no outcome')

  const { status } = await http.get('/things')

  expect(status).toBe(200)
})

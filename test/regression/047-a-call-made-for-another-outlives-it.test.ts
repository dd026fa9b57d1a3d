import { type Call, client, layer, pipeline } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { deadline } from '@penstock/middleware'
import { expect, test } from 'vitest'

const origin = 'https://api.example.com'

test('a call made for another ends with it, when that one has computed for long before it first waited', async () => {
  let time = 0
  const clock = { ...virtualClock(), now: () => time }
  const ends: number[] = []
  const tells = layer({
    name: 'tells',
    slot: 'wire',
    run: (call, next) => {
      ends.push(call.deadlineAt)
      return next(call)
    },
  })
  const other = client({ pipeline: pipeline([tells], scriptedTransport(replies(200))), origin, clock })
  const asks = layer({
    name: 'asks',
    slot: 'fallback',
    run: async (call: Call, next) => {
      time += 60
      await other.get('/price', { parent: call })
      return next(call)
    },
  })
  const stack = pipeline([deadline({ after: 1000 }), asks, tells], scriptedTransport(replies(200)))
  await client({ pipeline: stack, origin, clock }).get('/')
  expect(ends).toEqual([1000, 1000])
})

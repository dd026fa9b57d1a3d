import { andThen, client, layer, type Outcome, pipeline } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'

const same = (outcome: Outcome) => outcome

test('what breaks inside an async layer that hands on comes out as it is, and is no unhandled rejection', async () => {
  const unhandled: unknown[] = []
  const listens = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', listens)
  const run = async (call: any, next: any) => andThen(next, call, same)
  const hands = layer({ name: 'hands', slot: 'observe', run })
  const breaks = layer({ name: 'breaks', slot: 'wire', run: () => Promise.reject(new Error('a bug')) })
  const http = client({
    pipeline: pipeline([hands, breaks], scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  })
  await expect(http.get('/')).rejects.toThrow('a bug')
  await setImmediate()
  process.off('unhandledRejection', listens)
  expect(unhandled).toEqual([])
})

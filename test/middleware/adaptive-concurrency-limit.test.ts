import { type Middleware, refused } from '@penstock/core'
import { breaks, hangs, later, replies, type Step } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { over, well } from '../support/adaptive.ts'

describe('what the limit is learnt from', () => {
  it('is answers: while the server keeps its pace, each 20 that use it let it grow by half', async () => {
    const { burst, state } = over()
    expect([await burst(20), await burst(30), state().limit]).toEqual([30, 45, 45])
  })

  it('is not answers while the limit is hardly used', async () => {
    const { burst } = over({ limit: 40 })
    expect([await burst(31), await burst(31)]).toEqual([40, 40])
  })

  it('is a server that gets slower: the limit falls by as much as it exceeds twice the time, and grows by its root', async () => {
    const { burst, server } = over()
    await burst(20)
    server.does = later(300, replies(200))
    expect(await burst(30, 300)).toBe(Math.floor((30 * 2) / 3 + Math.sqrt(30)))
  })

  it('is told in the ledger of the call that lowers it', async () => {
    const { burst, notes, server } = over()
    await burst(20)
    server.does = later(400, replies(200))
    await burst(30, 400)
    expect(Array.from({ length: 50 }, (_, index) => notes(index)).flat()).toEqual([
      ['adaptiveConcurrency.lowers', { limit: 20, took: 400, unloaded: 100 }, 'adaptiveConcurrency'],
    ])
  })

  it('is no wait of our own: neither for a place here nor of a layer inside', async () => {
    let waits = 1
    const { burst } = over({ maxLimit: 20 }, { inside: [async (call, next) => (await call.wait(waits)) ?? next(call)] })
    await burst(20, 101)
    waits = 2000
    expect(await burst(60, 6300)).toBe(20)
  })

  it.each<[string, Middleware[], Step]>([
    ['a refusal of a layer inside', [async () => refused('TEST', 'inner', 'not today')], well],
    ['an error answered at once', [], replies(500)],
    ['an error answered late', [], later(500, replies(500))],
    ['a broken connection', [], later(500, breaks('CONNECTION_RESET'))],
    ['too many requests in this second', [], later(500, replies(429))],
    ['a mistake of the caller', [], later(500, replies(404))],
  ])('is not %s', async (_, inside, step) => {
    const { burst, server } = over({ maxLimit: 20 }, { inside })
    await burst(20)
    server.does = step
    expect([await burst(20, 500), await burst(20, 500)]).toEqual([20, 20])
  })

  it.each<[string, Step]>([
    ['a server that says that it is overloaded', replies(503)],
    ['an attempt that ran out of time', hangs()],
  ])('is %s', async (_, step) => {
    const { burst, server } = over({ maxLimit: 20 }, { attempt: 100 })
    server.does = later(50, replies(200))
    await burst(20)
    server.does = step
    expect(await burst(20)).toBe(Math.floor(20 * 0.5 + Math.sqrt(20)))
  })

  it('is a call that ran out of time, if it had waited for longer than the server should take', async () => {
    const { burst, server } = over({ maxLimit: 20 }, { after: 500, attempt: 500 })
    await burst(20)
    server.does = hangs()
    expect(await burst(20, 500)).toBe(Math.floor(20 * 0.5 + Math.sqrt(20)))
  })

  it('is a call given up by its caller, if it had waited for longer than the server should take', async () => {
    const { begin, burst, clock, server, state } = over({ maxLimit: 20 })
    await burst(20)
    server.does = hangs()
    const givenUp = async (after: number) => {
      const controller = new AbortController()
      const done = Promise.all(Array.from({ length: 20 }, () => begin('/', { signal: controller.signal })))
      await clock.advance(after)
      controller.abort()
      await done
      await clock.advance(0)
      return state().limit
    }
    expect([await givenUp(150), await givenUp(500)]).toEqual([20, Math.floor(20 * 0.5 + Math.sqrt(20))])
  })
})

import { client, type Level, type Middleware, pipeline } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'

const signals = [undefined, new AbortController().signal]

describe.each<Level>(['errors', 'all'])('diagnose: %s', (diagnose) => {
  const over = (given: () => unknown) => {
    const clock = virtualClock()
    const careless: Middleware = () => given() as never
    const transport = scriptedTransport(replies(200))
    return {
      clock,
      http: client({ pipeline: pipeline([careless], transport), origin: 'https://a.example', clock, diagnose }),
    }
  }

  test.each([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a promise of null', async () => null],
    ['a number', async () => 5],
    ['another library’s response', async () => new Response('there')],
  ])('a layer that gives %s is named, and the client closes', async (_, given) => {
    const { http, clock } = over(given)
    for (const signal of signals)
      await expect(http.get('/', signal && { signal })).rejects.toMatchObject({
        code: 'NO_OUTCOME',
        message: `Layer 'careless' gave no outcome: is a "return next(call)" missing?`,
      })
    await http.close()
    expect(clock.timers).toBe(0)
  })

  test('a layer may give an outcome without a promise', async () => {
    const { http } = over(() => replies(201)(undefined as never))
    for (const signal of signals) expect((await http.get('/', signal && { signal })).status).toBe(201)
  })
})

import { type Call, client, layer, ledgerOf, type Next, pipeline, type Stackable } from '@penstock/core'
import { breaks, hangs, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { deadline, retry, status } from '@penstock/middleware'
import { expect, it } from 'vitest'

const origin = 'https://api.example.com'
const clock = virtualClock()
const chance = () => 0
type Script = Parameters<typeof scriptedTransport>

/** A client, and one whose calls each ask the first for a price before they go. */
function asking(inner: Script, outer: readonly Stackable[] = [], maxAttempts = 10) {
  const prices = scriptedTransport(...inner)
  const other = client({
    pipeline: pipeline([retry(), status()], prices),
    origin: 'https://prices.example.com',
    clock,
    chance,
  })
  const priced = layer({
    name: 'priced',
    slot: 'guard',
    async run(call: Call, next: Next) {
      const outcome = await other.outcome({ path: '/price', parent: call })
      return outcome.failed ? outcome : next(call)
    },
  })
  const http = client({
    pipeline: pipeline([...outer, priced, status()], scriptedTransport(replies(200))),
    origin,
    clock,
    chance,
    maxAttempts,
  })
  return { http, prices }
}
const over = async (call: Promise<unknown>, milliseconds = 60_000): Promise<any> => {
  const settled = call.catch((error: unknown) => error)
  await clock.advance(milliseconds)
  return settled
}

it('draws on the attempts of its parent', async () => {
  const { http, prices } = asking([breaks('CONNECTION_RESET')], [], 3)
  const error = await over(http.get('/'))
  expect(error).toMatchObject({ code: 'CONNECTION_RESET' })
  expect(prices.calls).toHaveLength(2)
})

it('is refused when its parent has none left', async () => {
  const { http, prices } = asking([replies(200)], [], 1)
  expect(await over(http.get('/'))).toMatchObject({
    code: 'ATTEMPTS_SPENT',
    message: expect.stringContaining('client: the call it is made for has made all its 1 attempts'),
  })
  expect(prices.calls).toHaveLength(0)
})

it('ends at the deadline of its parent, by its name', async () => {
  const { http } = asking([hangs()], [deadline({ after: 80 })])
  expect(await over(http.get('/'), 80)).toMatchObject({
    code: 'CALL_DEADLINE',
    message: expect.stringContaining('deadline: 80 ms'),
  })
  expect(clock.timers).toBe(0)
})

it('ends with the reason of its parent’s caller', async () => {
  const { http, prices } = asking([hangs()])
  const abort = new AbortController()
  const call = http.get('/', { signal: abort.signal })
  await clock.advance(0)
  expect(prices.calls).toHaveLength(1)
  abort.abort('enough')
  await expect(call).rejects.toBe('enough')
})

it('ends with its own signal too', async () => {
  const transport = scriptedTransport(hangs())
  const other = client({ pipeline: pipeline([], transport), origin, clock })
  const own = new AbortController()
  const asks = async (call: Call, next: Next) => {
    const outcome = other.outcome({ path: '/', parent: call, signal: own.signal })
    own.abort('mine')
    return (await outcome).failed ? next(call) : outcome
  }
  const http = client({ pipeline: pipeline([asks], scriptedTransport(replies(204))), origin, clock })
  const { status: code } = await http.get('/', { signal: new AbortController().signal })
  expect(code).toBe(204)
})

it('is told in the ledger of its parent', async () => {
  const { http } = asking([replies(200)])
  const reply = await http.get('/')
  expect(ledgerOf(reply)!.children?.map(({ url }) => url)).toEqual(['https://prices.example.com/price'])
})

import { client, pipeline, type Request } from '@penstock/core'
import { breaks, replies, scriptedTransport, seeded, type Step, virtualClock } from '@penstock/core/testing'
import { idempotencyKey, type IdempotencyKeyOptions, retry, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

function against(options: IdempotencyKeyOptions = {}, chance = seeded(1), ...steps: readonly Step[]) {
  const clock = virtualClock()
  const transport = scriptedTransport(...([...steps, replies(200)] as [Step]))
  const stack = pipeline([idempotencyKey(options), retry(), status()], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance })
  const send = async (request: Partial<Request> = {}) => {
    const all = http.outcome({ path: '/', method: 'POST', ...request })
    await clock.drain()
    return all
  }
  const sent = () => transport.calls.map(({ headers, repeatable }) => [headers, repeatable])
  return { send, sent, stack, transport }
}

describe('idempotencyKey', () => {
  it.each(['POST', 'PATCH'])('names a %s in 128 bits, makes it repeatable, and notes nothing', async (method) => {
    const { send, sent, transport } = against({}, () => 0.5)
    await send({ method })

    expect(sent()).toEqual([[{ 'idempotency-key': '80000000800000008000000080000000' }, 'always']])
    expect(transport.calls[0]!.ledger.notes).toBeUndefined()
  })

  it('keeps the noughts in front', async () => {
    const { send, sent } = against({}, () => 0)
    await send()

    expect(sent()).toEqual([[{ 'idempotency-key': '0'.repeat(32) }, 'always']])
  })

  it('sends one key on every attempt of a call, and another with another call', async () => {
    const { send, transport } = against({}, seeded(1), breaks('CONNECTION_RESET'))
    await send()
    await send()
    const [first, again, other] = transport.calls.map(({ headers }) => headers['idempotency-key'])

    expect(transport.calls).toHaveLength(3)
    expect(first).toMatch(/^[0-9a-f]{32}$/)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  it('leaves a key that the call brings, which is repeatable all the same', async () => {
    const { send, sent } = against()
    await send({ headers: { 'Idempotency-Key': 'mine' } })

    expect(sent()).toEqual([[{ 'idempotency-key': 'mine' }, 'always']])
  })

  it('leaves a call that shall never be repeated so', async () => {
    const { send, sent } = against({}, () => 0, breaks('CONNECTION_RESET'))
    await send({ repeatable: 'never' })

    expect(sent()).toEqual([[{ 'idempotency-key': '0'.repeat(32) }, 'never']])
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('passes a %s untouched', async (method) => {
    const { send, sent } = against()
    await send({ method, repeatable: 'unsent' })

    expect(sent()).toEqual([[{}, 'unsent']])
  })

  it('takes a header and a name, and says both in the plan', async () => {
    const { send, sent, stack } = against({ header: 'X-Key', name: 'order' as never }, () => 0)
    await send()

    expect(sent()).toEqual([[{ 'x-key': '0'.repeat(32) }, 'always']])
    expect(String(stack.plan())).toMatch(/^order\(x-key\) → retry/)
  })

  it('refuses what is no name of a header', () => {
    expect(() => idempotencyKey({ header: 'a b' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: 'idempotencyKey: header is no name of a header' }),
    )
  })
})

import { type Call, client, type Next, pipeline } from '@penstock/core'
import { hangs, later, replies, scriptedTransport, stalls, type Step, virtualClock } from '@penstock/core/testing'
import { deadline, retry, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

function set(after: number, ...steps: readonly [Step, ...Step[]]) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const stack = pipeline(
    [deadline({ after }), retry({ delay: 1000, retries: 9, budget: Infinity }), status()],
    transport,
  )
  return {
    clock,
    transport,
    stack,
    http: client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 }),
  }
}

describe('deadline', () => {
  it('ends a call that hangs, to the millisecond, and leaves nothing', async () => {
    const { http, clock } = set(300, hangs())
    const failed = http.get('/').catch((thrown) => thrown)
    let over = false
    void failed.then(() => (over = true))
    await clock.advance(299)
    expect(over).toBe(false)
    await clock.advance(1)
    expect(await failed).toMatchObject({
      code: 'CALL_DEADLINE',
      kind: 'timeout',
      verdict: 'late',
      retryable: false,
      layer: 'deadline',
      phase: 'wait',
      sent: 'all',
      message: 'deadline: 300 ms were over: GET https://api.example.com/',
    })
    expect(clock.timers).toBe(0)
  })

  it('counts the body in', async () => {
    const { http, clock } = set(300, stalls())
    const read = http
      .get('/', { stream: true })
      .then((reply) => reply.text())
      .catch((thrown) => thrown)
    await clock.advance(300)
    expect(await read).toMatchObject({ code: 'CALL_DEADLINE', phase: 'receive' })
  })

  it('counts every attempt and wait in, and lets no wait begin that does not fit', async () => {
    const { http, clock, transport } = set(2000, later(400, replies(503)))
    const failed = http.get('/').catch((thrown) => thrown)
    await clock.advance(2000)
    expect(await failed).toMatchObject({ code: 'STATUS_503' })
    expect(transport.calls.length).toBe(2)
    expect(clock.timers).toBe(0)
  })

  it('is counted from the birth of the call', async () => {
    const clock = virtualClock()
    const slow = async function slow(call: Call, next: Next) {
      return (await call.wait(100)) ?? next(call)
    }
    const http = client({
      pipeline: pipeline([slow, deadline({ after: 150 })], scriptedTransport(hangs())),
      origin: 'https://api.example.com',
      clock,
    })
    const failed = http.get('/').catch((thrown) => thrown)
    await clock.advance(150)
    expect(await failed).toMatchObject({ code: 'CALL_DEADLINE' })
  })

  it('leaves an earlier deadline in force', async () => {
    const clock = virtualClock()
    const stack = pipeline(
      [deadline({ after: 100, name: 'outer' }), deadline({ after: 900 })],
      scriptedTransport(hangs()),
    )
    const failed = client({ pipeline: stack, origin: 'https://api.example.com', clock })
      .get('/')
      .catch((thrown) => thrown)
    await clock.advance(100)
    expect(await failed).toMatchObject({ layer: 'outer' })
  })

  it('shows its time in the plan', () => {
    expect(String(set(30_000, hangs()).stack.plan())).toMatch(/^deadline\(30 s\) → /)
  })

  it.each([0, -1, NaN, Infinity, '5000'])('refuses to be made with %s', (after) => {
    expect(() => deadline({ after: after as number })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'deadline({ after }) must be milliseconds, more than 0',
      }),
    )
  })
})

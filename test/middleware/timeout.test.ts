import { client, pipeline } from '@penstock/core'
import { hangs, later, replies, scriptedTransport, stalls, type Step, virtualClock } from '@penstock/core/testing'
import { retry, status, timeout } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

function set(...steps: readonly [Step, ...Step[]]) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const stack = pipeline([retry({ delay: 10, retries: 1 }), timeout({ after: 200 }), status()], transport)
  return {
    clock,
    transport,
    stack,
    http: client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 }),
  }
}

describe('timeout', () => {
  it('ends an attempt that hangs, so that another follows', async () => {
    const { http, clock, transport } = set(hangs(), replies(200, {}, 'second'))
    const reply = http.get('/')
    await clock.advance(199)
    expect(transport.calls.length).toBe(1)
    await clock.advance(6)
    expect(await (await reply).text()).toBe('second')
    expect(clock.timers).toBe(0)
  })

  it('gives each attempt its own time', async () => {
    const { http, clock } = set(hangs(), later(199, replies(200, {}, 'just in time')))
    const reply = http.get('/')
    await clock.advance(200 + 5 + 199)
    expect(await (await reply).text()).toBe('just in time')
  })

  it('counts the body in', async () => {
    const { http, clock, transport } = set(stalls())
    const failed = http.get('/').catch((thrown) => thrown)
    await clock.drain()
    expect(await failed).toMatchObject({
      code: 'ATTEMPT_TIMEOUT',
      kind: 'timeout',
      verdict: 'timeout',
      layer: 'timeout',
      phase: 'receive',
      attempts: 2,
      retryable: true,
    })
    expect(transport.calls.length).toBe(2)
  })

  it('leaves the caller’s own reason alone, also when that is a timeout', async () => {
    const { http } = set(hangs())
    const reason = new DOMException('mine', 'TimeoutError')
    const controller = new AbortController()
    const failed = http.get('/', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort(reason)
    expect(await failed).toBe(reason)
  })

  it('ends a body that falls silent before the attempt is over, so that another follows', async () => {
    const clock = virtualClock()
    const transport = scriptedTransport(stalls(), replies(200, {}, 'second'))
    const stack = pipeline([retry({ delay: 10, retries: 1 }), timeout({ after: 5000, idle: 200 }), status()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
    const reply = http.get('/')
    await clock.advance(199)
    expect(transport.calls.length).toBe(1)
    await clock.advance(1 + 5)
    expect(await (await reply).text()).toBe('second')
    expect(clock.timers).toBe(0)
  })

  it('says who ended a silent body, and that is no deadline', async () => {
    const clock = virtualClock()
    const stack = pipeline([timeout({ idle: 200, name: 'quiet' }), status()], scriptedTransport(stalls()))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
    const failed = http.get('/').catch((thrown) => thrown)
    await clock.drain()
    expect(await failed).toMatchObject({
      code: 'BODY_IDLE',
      kind: 'timeout',
      verdict: 'timeout',
      layer: 'quiet',
      phase: 'receive',
      retryable: true,
    })
    expect(clock.now()).toBe(200)
  })

  it('ends with the attempt where that is over before the silence is too long', async () => {
    const clock = virtualClock()
    const stack = pipeline([timeout({ after: 100, idle: 200 }), status()], scriptedTransport(stalls()))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
    const failed = http.get('/').catch((thrown) => thrown)
    await clock.drain()
    expect(await failed).toMatchObject({ code: 'ATTEMPT_TIMEOUT' })
  })

  it('hands equal wire options to calls that have equal ones', async () => {
    const transport = scriptedTransport(replies(200))
    const http = client({ pipeline: pipeline([timeout({ idle: 200 })], transport), origin: 'https://api.example.com' })
    await http.get('/')
    await http.get('/')
    expect(transport.calls[0]!.wire).toBe(transport.calls[1]!.wire)
  })

  it.each([
    [{ after: 5000, idle: 200 }, 'timeout(5 s, idle 200 ms)'],
    [{ idle: 200 }, 'timeout(idle 200 ms)'],
  ] as const)('shows %o in the plan', (options, shown) => {
    expect(String(pipeline([timeout(options)], scriptedTransport(replies(200))).plan())).toBe(`${shown} → scripted`)
  })

  it('shows its time in the plan', () => {
    expect(String(set(hangs()).stack.plan())).toContain(' → timeout(200 ms) → ')
  })

  it.each([0, -1, NaN, Infinity, '5000'])('refuses to be made with %s', (after) => {
    expect(() => timeout({ after: after as number })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'timeout({ after }) must be milliseconds, more than 0',
      }),
    )
  })

  it.each([0, -1, NaN, Infinity, '5000'])('refuses to be made with idle %s', (idle) => {
    expect(() => timeout({ after: 100, idle: idle as number })).toThrow(
      expect.objectContaining({ message: 'timeout({ idle }) must be milliseconds, more than 0' }),
    )
  })

  it('refuses to be made with nothing to bound', () => {
    expect(() => timeout({} as never)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})

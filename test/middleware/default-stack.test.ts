import { client, pipeline } from '@penstock/core'
import { breaks, hangs, replies, repliesJson, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { cookies, defaultStack } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const ready = (options = {}) => pipeline([...defaultStack(options)], scriptedTransport(replies(200)))

describe('defaultStack', () => {
  it('stands in this order, with these defaults', () => {
    expect(
      ready()
        .plan()
        .layers.map(({ name }) => name),
    ).toEqual([
      'requestLog',
      'deadline',
      'cache',
      'dedupe',
      'retry',
      'circuitBreaker',
      'token',
      'rateLimit',
      'timeout',
      'status',
      'reject',
      'tls',
      'direct',
      'scripted',
    ])
    expect(String(ready().plan())).toMatch(
      / → deadline\(60 s\) → cache\(off\) → .*retry\(3, 100 ms–20 s\) → circuitBreaker\(> 80 % of ≥ 10\) → token\(off\) → .* → timeout\(15 s\) → /,
    )
    expect(ready().plan().attempts).toBe(4)
  })

  it('hands options to its layers', () => {
    const token = { clientId: 'a', clientSecret: 'b' }
    expect(String(ready({ deadline: 5000, timeout: 1000, retry: { retries: 1 }, token }).plan())).toMatch(
      /deadline\(5 s\) .*retry\(1, .* → token.* → timeout\(1 s\)/,
    )
    expect(String(ready({ token }).plan())).not.toContain('token(off)')
  })

  it('answers an equal call from the cache once it is given one', async () => {
    const transport = scriptedTransport(repliesJson({ a: 1 }))
    const stack = pipeline([...defaultStack({ cache: { ttl: 1000 } })], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() })
    await http.get('/')
    expect([await (await http.get('/')).json(), transport.calls.length]).toEqual([{ a: 1 }, 1])
    expect(String(stack.plan())).toContain(' → cache(memory, 1 s) → ')
  })

  it('takes one more layer where its slot allows', () => {
    const [
      requestLog,
      deadline,
      cache,
      dedupe,
      retry,
      circuitBreaker,
      token,
      rateLimit,
      timeout,
      status,
      reject,
      tls,
      direct,
    ] = defaultStack()
    const stack = pipeline(
      [
        requestLog,
        deadline,
        cache,
        dedupe,
        retry,
        circuitBreaker,
        token,
        rateLimit,
        timeout,
        status,
        reject,
        cookies(),
        tls,
        direct,
      ],
      scriptedTransport(replies(200)),
    )
    expect(stack.plan().layers.map(({ name }) => name)).toContain('cookies')
  })

  it('carries a call through a broken connection and a busy server', async () => {
    const clock = virtualClock()
    const transport = scriptedTransport(breaks('CONNECTION_RESET'), replies(503), repliesJson({ a: 1 }))
    const http = client({
      pipeline: pipeline([...defaultStack()], transport),
      origin: 'https://api.example.com',
      clock,
    })
    const reply = http.get('/')
    await clock.drain()
    expect(await (await reply).json()).toEqual({ a: 1 })
    expect(transport.calls.length).toBe(3)
    expect(clock.timers).toBe(0)
  })

  it('gives each attempt fifteen seconds and the whole call sixty', async () => {
    const clock = virtualClock()
    const http = client({
      pipeline: pipeline([...defaultStack()], scriptedTransport(hangs())),
      origin: 'https://api.example.com',
      clock,
      chance: () => 0,
    })
    const failed = http.get('/').catch((thrown) => thrown)
    await clock.advance(59_999)
    expect(clock.timers).toBe(1)
    await clock.advance(1)
    expect(await failed).toMatchObject({ kind: 'timeout', attempts: 4 })
    expect(clock.timers).toBe(0)
  })
})

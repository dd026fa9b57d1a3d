import { type Call, client, explain, layer, ledgerOf, type Next, notes, pipeline } from '@penstock/core'
import { breaks, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const says = notes('polite', { waits: ['waits {wait:ms} after {code}', '在 {code} 后等待 {wait:ms}'] })

/** Sends again once, politely. */
const polite = layer({
  name: 'polite',
  slot: 'repeat',
  calls: 'many',
  async run(call: Call, next: Next) {
    const outcome = await next(call)
    if (outcome.verdict === 'ok') return outcome
    call.note(says.waits, { wait: 1500, code: outcome.code })
    return (await call.wait(1500)) ?? next(call.with({ attempt: 2 }))
  },
})

function set(steps: readonly [Step, ...Step[]], diagnose: 'off' | 'errors' | 'all' = 'errors') {
  const clock = virtualClock()
  return {
    clock,
    http: client({
      pipeline: pipeline([polite, status()], scriptedTransport(...steps)),
      origin: 'https://api.example.com',
      clock,
      diagnose,
    }),
  }
}

describe('explain', () => {
  it('tells of every request and decision, in the order of time, in both languages', async () => {
    const { http, clock } = set([later(20, breaks('CONNECTION_RESET')), later(30, replies(200))])
    const reply = http.get('/a?key=canary')
    await clock.drain()
    expect((await reply).explain()).toBe(`GET https://api.example.com/a
ok after 2 attempts, 2 requests, 1.6 s
    20 ms  #1  wire           CONNECTION_RESET in phase wait, sent: all
    20 ms  #1  polite         waits 1.5 s after CONNECTION_RESET
   1.55 s  #2  wire           200 after 30 ms`)
    expect((await reply).explain({ lang: 'zh' })).toBe(`GET https://api.example.com/a
ok 共 2 次尝试、2 个请求，耗时 1.6 s
    20 ms  #1  wire           CONNECTION_RESET 阶段 wait, 已发送：all
    20 ms  #1  polite         在 CONNECTION_RESET 后等待 1.5 s
   1.55 s  #2  wire           200 用时 30 ms`)
  })

  it('ends with what to do, for an error', async () => {
    const { http, clock } = set([replies(404)])
    const error = http.get('/a').catch((thrown) => thrown)
    await clock.drain()
    expect(explain(await error)).toBe(`GET https://api.example.com/a
STATUS_404 (input) after 2 attempts, 2 requests, 1.5 s
     0 ms  #1  wire           404 after 0 ms
     0 ms  #1  polite         waits 1.5 s after STATUS_404
   1.50 s  #2  wire           404 after 0 ms
→ Check the path.`)
  })

  it('sets in the calls made on its behalf at the time they began', async () => {
    const { http, clock } = set([later(20, replies(200))])
    const reply = http.get('/a')
    await clock.advance(5)
    const child = http.get('/token')
    await clock.drain()
    ledgerOf(await reply)!.adopt(ledgerOf(await child)!)
    expect((await reply).explain()).toBe(`GET https://api.example.com/a
ok after 1 attempt, 1 request, 20 ms
     5 ms  ↳   GET https://api.example.com/token: ok after 1 attempt, 1 request, 20 ms
    25 ms    #1  wire           200 after 20 ms
    20 ms  #1  wire           200 after 20 ms`)
  })

  it('gives every layer its time when all is recorded', async () => {
    const { http, clock } = set([later(20, replies(200))], 'all')
    const reply = http.get('/a')
    await clock.drain()
    expect((await reply).explain()).toBe(`GET https://api.example.com/a
ok after 1 attempt, 1 request, 20 ms
    20 ms  #1  wire           200 after 20 ms
    total       own
    20 ms      0 ms  #1  polite ok
    20 ms      0 ms  #1  · status ok
    20 ms     20 ms  #1  · · scripted unknown`)
  })

  it('says when a call is still running, and when nothing was kept or is known', async () => {
    const { http, clock } = set([later(20, replies(200))])
    const reply = http.get('/a')
    await clock.drain()
    const { ledger } = await reply
    ledger.verdict = undefined
    ledger.endedAt = undefined
    ledger.trips[0]!.took = undefined
    expect(explain(ledger)).toBe(`GET https://api.example.com/a
still running after 1 attempt, 1 request
     0 ms  #1  wire           still running`)
    expect(explain(new Error('mine'))).toBe(
      'nothing is known of this: it is no result, error or abort reason of a client',
    )
    const off = set([replies(200)], 'off')
    expect((await off.http.get('/a')).explain()).toBe("nothing was recorded: diagnose is 'off'")
  })
})

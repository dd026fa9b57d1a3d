import { type Call, client, ledgerOf, type Middleware, type Outcome, pipeline, type Transport } from '@penstock/core'
import { hangs, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { retry, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { against, ok, reset } from '../support/retried.ts'

const judged = (transport: Transport) => async (call: Call<any>) => {
  const outcome = await transport.send(call)
  return outcome.failed ? outcome : outcome.judged({ verdict: 'ok' })
}

describe('an abort', () => {
  it('while it waits rejects before any time passes, with the caller’s own reason, and leaves nothing', async () => {
    const controller = new AbortController()
    const { http, clock } = against(scriptedTransport(reset, ok), { delay: 60_000 })
    const going = http.get('/', { signal: controller.signal })
    await clock.advance(1)
    const reason = { mine: true }
    controller.abort(reason)
    await expect(going).rejects.toBe(reason)
    expect({ at: clock.now(), timers: clock.timers }).toEqual({ at: 1, timers: 0 })
    expect(ledgerOf(reason)!.notes!.map(({ kind }) => kind.id)).toEqual(['retry.waits'])
  })

  it('while an attempt is under way is not sent again', async () => {
    const controller = new AbortController()
    const transport = scriptedTransport(hangs(), ok)
    const { http, clock } = against(transport)
    const going = http.get('/', { signal: controller.signal })
    await clock.advance(1)
    controller.abort('enough')
    await expect(going).rejects.toBe('enough')
    await clock.drain()
    expect(transport.calls.length).toBe(1)
  })

  it.each([[[] as Step[]], [[reset]]])('does not lose a success that lands at the same time (%#)', async (before) => {
    const controller = new AbortController()
    const lands: Step = (call) => {
      controller.abort()
      return ok(call)
    }
    const run = (call: Call<any>, next: (call: Call<any>) => Promise<Outcome>) =>
      retry().run(call as never, next as never)
    const steps = [...before, lands] as unknown as [Step, ...Step[]]
    const clock = virtualClock()
    // the layer alone, for nobody outside it looks at this signal
    const transport = scriptedTransport(...steps)
    const alone: Transport = {
      name: 'alone',
      send: (call) => run(call.with({ signal: controller.signal }), judged(transport)),
      close: transport.close,
    }
    const going = client({ pipeline: pipeline([], alone), origin: 'https://api.example.com', clock }).get('/')
    await clock.drain()
    expect(await (await going).text()).toBe('there')
  })
})

it('a wait that the client’s close cuts short ends the call: no inner layer is entered again', async () => {
  let entered = 0
  const inner: Middleware = (call, next) => {
    entered++
    return next(call)
  }
  const clock = virtualClock()
  const stack = pipeline([retry({ delay: 60_000 }), inner, status()] as never, scriptedTransport(reset, ok))
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
  const going = http.outcome({ path: '/' })
  await clock.advance(1)
  const closed = http.close({ within: 0 })
  await clock.advance(0)
  await closed
  expect([await going, entered]).toMatchObject([{ code: 'CLIENT_CLOSED' }, 1])
})

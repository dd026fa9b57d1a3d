/** Who listens hears of every call, after its caller; and can do it no harm. */
import { client, layer, pipeline } from '@penstock/core'
import { type EndedCall, onFlight } from '@penstock/core/diagnose'
import { breaks, replies, scriptedTransport, seeded, stalls, type Step, virtualClock } from '@penstock/core/testing'
import { afterEach, describe, expect, it } from 'vitest'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function subscribed(listener: (call: EndedCall) => unknown) {
  const stop = onFlight(listener)
  stops.push(stop)
  return stop
}

function overScript(...steps: [Step, ...Step[]]) {
  const clock = virtualClock()
  const made = pipeline([], scriptedTransport(...steps))
  return { clock, http: client({ pipeline: made, origin: 'https://api.example.com', clock, chance: seeded(1) }) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('onFlight', () => {
  it('tells of calls that went well and of those that failed', async () => {
    const heard: EndedCall[] = []
    subscribed((call) => heard.push(call))
    const { http } = overScript(replies(200), breaks('CONNECTION_RESET'))
    await http.get('/good')
    await http.get('/bad').catch(() => {})
    await turn()

    expect(heard.map(({ failed, verdict, flight }) => [failed, verdict, flight.url])).toEqual([
      [false, 'unknown', 'https://api.example.com/good'],
      [true, 'network', 'https://api.example.com/bad'],
    ])
  })

  it('tells after the caller has the answer', async () => {
    const order: string[] = []
    subscribed(() => order.push('told'))
    const { http } = overScript(replies(200))
    await http.get('/a')
    order.push('answered')
    await turn()

    expect(order).toEqual(['answered', 'told'])
  })

  it('puts the flight together once, when it is asked for', async () => {
    const heard: EndedCall[] = []
    subscribed((call) => heard.push(call))
    const { http } = overScript(replies(200))
    await http.get('/a')
    await turn()
    const [call] = heard

    expect(call!.flight).toBe(call!.flight)
    expect(call).toMatchObject({ id: call!.flight.id, took: 0 })
  })

  it('counts what a listener throws or rejects with, and goes on', async () => {
    const heard: number[] = []
    const throwing = subscribed(() => {
      throw new Error('listener')
    })
    const rejecting = subscribed(async () => {
      throw new Error('late')
    })
    const fine = subscribed((call) => heard.push(call.id))
    const { http } = overScript(replies(200), replies(200))
    await http.get('/a')
    await http.get('/b')
    await turn()

    expect([throwing.dropped, rejecting.dropped, fine.dropped, heard.length]).toEqual([2, 2, 0, 2])
  })

  it('tells no more once it is stopped', async () => {
    const heard: number[] = []
    const stop = onFlight((call) => heard.push(call.id))
    stop()
    const { http } = overScript(replies(200))
    await http.get('/a')
    await turn()

    expect(heard).toEqual([])
  })

  it('tells nothing of a call at level off', async () => {
    const heard: number[] = []
    subscribed((call) => heard.push(call.id))
    const { http } = overScript(replies(200))
    await http.get('/a', { diagnose: 'off' })
    await turn()

    expect(heard).toEqual([])
  })

  it('tells again of a call whose streamed body broke later', async () => {
    const heard: [id: number, failed: boolean][] = []
    subscribed((call) => heard.push([call.id, call.failed]))
    const { http } = overScript(stalls())
    const controller = new AbortController()
    const reply = await http.get('/a', { stream: true, signal: controller.signal })
    await turn()
    const reading = reply.bytes().catch(() => {})
    controller.abort()
    await reading
    await turn()

    expect(heard).toEqual([
      [reply.ledger.id, false],
      [reply.ledger.id, true],
    ])
  })

  it('tells of a call made on behalf of another within the story of that one', async () => {
    const heard: EndedCall[] = []
    subscribed((call) => heard.push(call))
    const inner = overScript(replies(200))
    const asking = layer({
      name: 'asking',
      slot: 'identify',
      async run(call, next) {
        await inner.http.get('/token', { parent: call })
        return next(call)
      },
    })
    const made = pipeline([asking], scriptedTransport(replies(200)))
    const { clock } = inner
    await client({ pipeline: made, origin: 'https://api.example.com', clock, chance: seeded(1) }).get('/a')
    await turn()

    expect(heard.map(({ flight }) => [flight.url, flight.children.map((child) => child.flight.url)])).toEqual([
      ['https://api.example.com/a', ['https://api.example.com/token']],
    ])
  })
})

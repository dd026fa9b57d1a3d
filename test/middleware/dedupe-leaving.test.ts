import { getEventListeners } from 'node:events'
import { client, ledgerOf, pipeline } from '@penstock/core'
import { breaks, hangs, later, replies, scriptedTransport, stalls } from '@penstock/core/testing'
import { deadline, dedupe } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { origin, set, slow } from '../support/deduped.ts'

describe('dedupe, when a call leaves or breaks', () => {
  it('goes on for the others when the leader leaves', async () => {
    const { http, clock, transport } = set(slow)
    const controller = new AbortController()
    const leader = http.get('/a', { signal: controller.signal }).catch((thrown) => thrown)
    const waiter = http.get('/a')
    await clock.advance(50)
    controller.abort('left')
    expect(await leader).toBe('left')
    await clock.advance(50)
    expect(await (await waiter).text()).toBe('answer')
    expect(transport.calls.length).toBe(1)
  })

  it('gives the request up when the last one has left, and sends another for who comes then', async () => {
    const { http, clock, transport } = set(hangs())
    const callers = [new AbortController(), new AbortController()]
    const calls = callers.map(({ signal }) => http.get('/a', { signal }).catch((thrown) => thrown))
    await clock.advance(1)
    callers[0]!.abort('one')
    await clock.advance(0)
    const { signal } = transport.calls[0]!
    expect(signal!.aborted).toBe(false)
    callers[1]!.abort('two')
    await clock.advance(0)
    expect([signal!.aborted, signal!.reason]).toEqual([true, 'two'])
    expect(await Promise.all(calls)).toEqual(['one', 'two'])
    void http.get('/a').catch(() => {})
    await clock.advance(0)
    expect(transport.calls.length).toBe(2)
  })

  it('tells in the ledger who left, and what became of the request', async () => {
    const { http, clock } = set(hangs())
    const reasons = [{ why: 'one' }, { why: 'two' }]
    const callers = [new AbortController(), new AbortController()]
    const calls = callers.map(({ signal }) => http.get('/a', { signal }).catch((thrown) => thrown))
    await clock.advance(1)
    callers.forEach((caller, at) => caller.abort(reasons[at]))
    await Promise.all(calls)
    const [leader, waiter] = reasons.map((reason) => ledgerOf(reason)!)
    expect([leader, waiter].map((ledger) => ledger!.notes!.map(({ kind, facts }) => [kind.id, facts]))).toEqual([
      [['dedupe.left', { others: 1 }]],
      [
        ['dedupe.joined', { leader: leader!.id }],
        ['dedupe.last', { others: 0 }],
      ],
    ])
  })

  it('lets a waiter leave at its own deadline, and the leader goes on', async () => {
    const { http, clock, transport } = set(slow, { key: ({ url }) => url })
    const leader = http.get('/a')
    const waiter = http.get('/a', { headers: { 'x-patience': '30' } }).catch((thrown) => thrown)
    await clock.advance(30)
    expect(await waiter).toMatchObject({ code: 'CALL_DEADLINE', layer: 'patience' })
    await clock.advance(70)
    expect(await (await leader).text()).toBe('answer')
    expect([transport.calls.length, clock.timers]).toEqual([1, 0])
  })

  it('says of a leader that was too late how far it came, with a signal or without', async () => {
    const { http, clock } = set(hangs())
    const requests = [{}, { signal: new AbortController().signal }]
    const calls = requests.map((more, at) => http.outcome({ path: `/${at}`, headers: { 'x-patience': '30' }, ...more }))
    await clock.advance(30)
    for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ phase: 'wait', sent: 'all' })
  })

  it('leaves nothing on the signals of those who waited', async () => {
    const { http, clock } = set(slow)
    const signals = [new AbortController().signal, new AbortController().signal]
    const calls = signals.map((signal) => http.get('/a', { signal }))
    await clock.advance(100)
    await Promise.all(calls)
    expect(signals.map((signal) => getEventListeners(signal, 'abort').length)).toEqual([0, 0])
    expect(clock.timers).toBe(0)
  })

  it('takes a body in before it shares it: what breaks off, breaks off for all', async () => {
    const { http, clock, transport } = set(stalls(), { key: ({ url }) => url })
    const bare = client({ pipeline: pipeline([deadline({ after: 50 }), dedupe()], transport), origin, clock })
    const calls = [1, 2].map(() => bare.get('/a').catch((thrown) => thrown.code))
    await clock.advance(50)
    expect(await Promise.all(calls)).toEqual(['CALL_DEADLINE', 'CALL_DEADLINE'])
    expect(transport.calls.length).toBe(1)
    await http.close()
  })

  it('puts nobody on a request that was given up, though it does not end', async () => {
    const { http, clock, transport } = set(() => new Promise(() => {}), {}, replies(200, {}, 'another'))
    const caller = new AbortController()
    const gone = http.get('/a', { signal: caller.signal }).catch((thrown) => thrown)
    await clock.advance(1)
    caller.abort('gone')
    expect(await gone).toBe('gone')
    expect(await (await http.get('/a')).text()).toBe('another')
    expect(transport.calls.length).toBe(2)
  })

  it('is over for all who wait when the client is closed', async () => {
    const { http, clock } = set(hangs())
    const calls = [1, 2].map(() => http.get('/a').catch((thrown) => thrown.code))
    await clock.advance(1)
    void http.close({ within: 10 })
    await clock.advance(10)
    expect(await Promise.all(calls)).toEqual(['CLIENT_CLOSED', 'CLIENT_CLOSED'])
    expect(clock.timers).toBe(0)
  })

  it('goes by itself when the leader’s time was over and its own is not', async () => {
    const { http, clock, transport } = set(hangs(), { key: (call) => call.url }, replies(200, {}, 'own'))
    const leader = http.get('/a', { headers: { 'x-patience': '40' } }).catch((thrown) => thrown)
    const waiter = http.get('/a')
    await clock.advance(40)
    expect(await leader).toMatchObject({ code: 'CALL_DEADLINE' })
    const own = await waiter
    expect(await own.text()).toBe('own')
    expect(own.ledger.notes!.map(({ kind }) => kind.id)).toEqual(['dedupe.joined', 'dedupe.outlives'])
    expect(transport.calls.length).toBe(2)
  })

  it('shares a failure, and a bug', async () => {
    const { http, clock, transport } = set(later(10, breaks('CONNECTION_RESET')))
    const calls = [1, 2].map(() => http.get('/a').catch((thrown) => thrown.code))
    await clock.advance(10)
    expect(await Promise.all(calls)).toEqual(['CONNECTION_RESET', 'CONNECTION_RESET'])
    expect(transport.calls.length).toBe(1)
    const bug = new TypeError('bug')
    const buggy = client({
      pipeline: pipeline([dedupe(), () => Promise.reject(bug)], scriptedTransport(replies(200))),
      origin,
    })
    expect(await Promise.all([1, 2].map(() => buggy.get('/a').catch((thrown) => thrown)))).toEqual([bug, bug])
  })
})

import { verdicts } from '@penstock/core'
import { hangs, later, type Step } from '@penstock/core/testing'
import type { CircuitBreakerOptions } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { badly, given, over, times, well } from '../support/circuits.ts'
import { verdict } from '../support/verdict.ts'

describe('a half-open circuit', () => {
  async function halfOpen(options: CircuitBreakerOptions<any> = {}) {
    const made = over(options)
    await made.each(...times(10, badly))
    await made.clock.advance(1000)
    made.server.trips = 0
    return made
  }

  it('lets three probes in and refuses the next at once: nobody queues behind a probe', async () => {
    const { begin, server, clock, notes } = await halfOpen()
    const probes = Array.from({ length: 3 }, () => begin(hangs()))
    await clock.advance(400)
    expect([await begin(well), server.trips, probes.length, notes()]).toMatchObject([
      {
        code: 'CIRCUIT_OPEN',
        because: 'the circuit is half-open: 10 of 10 attempts had failed, ask again in 9.6 s',
        retryAfter: 9600,
      },
      3,
      3,
      [{ id: 'circuitBreaker.refuses', state: 'half-open', wait: 9600, failures: 10, finished: 10 }],
    ])
  })

  it('notes that an attempt is a probe, and that it closes it', async () => {
    const { each, notes, state } = await halfOpen()
    await each(well)
    expect([state(), notes()]).toEqual(['closed', [{ id: 'circuitBreaker.probes' }, { id: 'circuitBreaker.closes' }]])
  })

  it('opens again when a probe fails', async () => {
    const { each, notes, state } = await halfOpen()
    await each(badly)
    expect([state(), notes()]).toEqual([
      'open',
      [{ id: 'circuitBreaker.probes' }, { id: 'circuitBreaker.opens', failures: 1, finished: 1, wait: 2000 }],
    ])
  })

  it('that has closed does not hold the failures of before against the server', async () => {
    const { each, state } = await halfOpen({ openFor: 1000 })
    await each(well, ...times(9, badly))
    expect(state()).toBe('closed')
  })

  it('that has closed lets everything in', async () => {
    const { each, begin, server, notes } = await halfOpen()
    await each(well)
    for (let call = 0; call < 10; call++) void begin(hangs())
    await each(well)
    expect([server.trips, notes()]).toEqual([12, []])
  })

  it.each(given)('neither opens nor closes for verdict %s unless it counts', async (given) => {
    const { each, state } = await halfOpen()
    await each(verdict(given))
    const { healthy, blame } = verdicts[given]
    expect(state()).toBe(healthy ? 'closed' : blame === 'server' ? 'open' : 'half-open')
  })

  it('gives the place of a probe that said nothing to the next', async () => {
    const { each, state } = await halfOpen({ probes: 1 })
    const codes = await each(verdict('input'), verdict('quota'), well)
    expect([codes, state()]).toEqual([['input', 'quota', 'ok'], 'closed'])
  })

  it('gives the place of a probe that was aborted to the next', async () => {
    const { begin, each, clock } = await halfOpen({ probes: 1 })
    const controller = new AbortController()
    const probe = begin(hangs(), { signal: controller.signal })
    const before = await each(well)
    controller.abort()
    await Promise.all([probe, clock.advance(0)])
    expect([before, await each(well)]).toEqual([['CIRCUIT_OPEN'], ['ok']])
  })

  it('gives the place of a probe that threw to the next, and the bug comes out untouched', async () => {
    const { begin, each } = await halfOpen({ probes: 1 })
    const bug = { not: 'an Error' }
    const throws: Step = () => {
      throw bug
    }
    await expect(begin(throws)).rejects.toBe(bug)
    expect(await each(well)).toEqual(['ok'])
  })

  it('frees the place that was held, and not another', async () => {
    const { begin, each, clock } = await halfOpen({ probes: 2 })
    void begin(hangs())
    const short = begin(later(10, verdict('input')))
    await clock.advance(10)
    await short
    void begin(hangs())
    expect(await each(well)).toEqual(['CIRCUIT_OPEN'])
  })

  it('is open again when a probe outlasts its lease, for the time from then on', async () => {
    const { begin, clock, state } = await halfOpen()
    void begin(hangs())
    await clock.advance(9999)
    const before = state()
    await clock.advance(1)
    const lapsed = state()
    await clock.advance(1999)
    const still = state()
    await clock.advance(1)
    expect([before, lapsed, still, state()]).toEqual(['half-open', 'open', 'open', 'half-open'])
  })

  it('is half-open anew when lease and open time have passed while nobody looked', async () => {
    const { begin, clock, each } = await halfOpen({ probes: 1 })
    void begin(hangs())
    await clock.advance(12_000)
    expect(await each(well)).toEqual(['ok'])
  })

  it('is closed by a probe that comes back well after its lease, for it was sent after the circuit opened', async () => {
    const { begin, clock, state, notes } = await halfOpen()
    const probe = begin(later(11_000, well))
    await clock.advance(10_500)
    const lapsed = state()
    await clock.advance(500)
    await probe
    expect([lapsed, state(), notes()]).toEqual([
      'open',
      'closed',
      [{ id: 'circuitBreaker.probes' }, { id: 'circuitBreaker.closes' }],
    ])
  })

  it('is not prolonged by a probe that fails after its lease', async () => {
    const { begin, clock, state } = await halfOpen()
    const probe = begin(later(11_000, badly))
    await clock.advance(11_000)
    await probe
    await clock.advance(999)
    const before = state()
    await clock.advance(1)
    expect([before, state()]).toEqual(['open', 'half-open'])
  })

  it('is decided by the first probe: what the others bring counts as nothing', async () => {
    const { begin, each, clock, state } = await halfOpen({ volume: 2 })
    const probes = [begin(later(20, badly)), begin(later(30, badly))]
    await each(well)
    await clock.advance(30)
    await Promise.all(probes)
    expect(state()).toBe('closed')
  })

  it('that a probe has opened again is not closed by another of the same time', async () => {
    const { begin, each, clock, state } = await halfOpen()
    const other = begin(later(20, well))
    await each(badly)
    await clock.advance(20)
    await other
    expect(state()).toBe('open')
  })

  it('that has closed is not wiped clean by a probe that comes late', async () => {
    const { begin, each, clock, state } = await halfOpen()
    const other = begin(later(20, well))
    await each(well, ...times(9, badly))
    await clock.advance(20)
    await other
    await each(badly)
    expect(state()).toBe('open')
  })

  it('that opened for a hung probe tells of it when it refuses', async () => {
    const { begin, clock, notes } = await halfOpen()
    void begin(hangs())
    await clock.advance(10_500)
    await begin(well)
    expect(notes()).toEqual([{ id: 'circuitBreaker.refuses', state: 'open', wait: 1500, failures: 1, finished: 1 }])
  })

  it('lets an abort out in no time', async () => {
    const { begin, clock } = await halfOpen()
    const controller = new AbortController()
    const probe = begin(hangs(), { signal: controller.signal })
    controller.abort('mine')
    expect([await probe, clock.now(), clock.timers]).toMatchObject([{ code: 'CANCELLED', reason: 'mine' }, 1000, 0])
  })
})

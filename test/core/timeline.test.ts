/** Where the time of one request went, by what was told of it: the arithmetic alone, at a clock that a test sets. */
import { Failure } from '@penstock/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Connection } from '../../packages/core/src/recorder/connection.ts'
import { Timeline } from '../../packages/core/src/recorder/timeline.ts'

let now = 0
beforeEach(() => {
  now = 100
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => vi.restoreAllMocks())

const dialled = (reached: Partial<Connection>) => Object.assign(new Connection(), reached)

type Step = 'sent' | 'heard' | 'answered' | 'end' | 'begin'

/** A request dispatched at 100, told the rest of its story at the times beside. */
function story(connection: Connection | undefined, ...steps: readonly (readonly [Step, number])[]): Timeline {
  const timeline = new Timeline()
  for (const [step, at] of steps) {
    now = at
    if (step === 'begin' || step === 'end') timeline[step](connection)
    else if (step === 'answered') timeline.answered({})
    else timeline[step]()
  }
  return timeline
}

const nothing = { queue: 0, dns: 0, tcp: 0, tls: 0, send: 0, wait: 0, receive: 0 }
const first = { startedAt: 110, lookedUpAt: 115, connectedAt: 130, readyAt: 170 }

describe('the phases of a request', () => {
  it('begin with its turn and the way to the server, and end with the last of its answer', () => {
    const timeline = story(
      dialled({ ...first, secured: true }),
      ['begin', 180],
      ['sent', 190],
      ['answered', 220],
      ['heard', 230],
      ['end', 260],
    )
    expect(timeline.phases).toEqual({ queue: 20, dns: 5, tcp: 15, tls: 40, send: 10, wait: 30, receive: 40 })
    expect([timeline.total, timeline.startedAt, timeline.heardAt]).toEqual([160, 180, 230])
  })

  it('have no handshake where TLS is not spoken, though a proxy takes its time', () => {
    const timeline = story(dialled(first), ['begin', 170], ['end', 180])
    expect(timeline.phases).toEqual({ ...nothing, queue: 50, dns: 5, tcp: 15, send: 10 })
  })

  it('have nothing of a connection that was ready before', () => {
    const kept = dialled({ startedAt: 10, lookedUpAt: 15, connectedAt: 30, readyAt: 100, secured: true })
    expect(story(kept, ['begin', 105], ['sent', 106], ['answered', 126], ['end', 127]).phases).toEqual({
      ...nothing,
      queue: 5,
      send: 1,
      wait: 20,
      receive: 1,
    })
  })

  it('have of a connection on its way already what came after the dispatch', () => {
    const shared = dialled({ startedAt: 40, lookedUpAt: 60, connectedAt: 120, readyAt: 150, secured: true })
    expect(story(shared, ['begin', 150], ['end', 160]).phases).toEqual({ ...nothing, tcp: 20, tls: 30, send: 10 })
  })

  it.each([
    ['the name', { startedAt: 110 }, { queue: 10, dns: 90 }],
    ['the connection', { startedAt: 110, lookedUpAt: 115 }, { queue: 10, dns: 5, tcp: 85 }],
    ['the handshake', { ...first, readyAt: undefined }, { queue: 10, dns: 5, tcp: 15, tls: 70 }],
  ])('stop at %s when it ends there, whatever the connection comes to later', (_, reached, phases) => {
    const connection = dialled({ ...reached, secured: true })
    const timeline = story(connection, ['end', 200])
    expect(timeline.phases).toEqual({ ...nothing, ...phases })
    Object.assign(connection, { lookedUpAt: connection.lookedUpAt ?? 300, connectedAt: connection.connectedAt ?? 310 })
    connection.readyAt = 400
    now = 500
    expect([timeline.phases, timeline.total]).toEqual([{ ...nothing, ...phases }, 100])
  })

  it('are a queue alone while it has no connection, and grow until its end', () => {
    const timeline = story(undefined)
    now = 150
    expect([timeline.phases, timeline.total]).toEqual([{ ...nothing, queue: 50 }, 50])
    timeline.begin(undefined)
    now = 170
    expect(timeline.phases).toEqual({ ...nothing, queue: 50, send: 20 })
  })

  it('are over with sending when the answer comes before all was sent', () => {
    const timeline = story(undefined, ['begin', 110], ['answered', 130], ['sent', 150], ['end', 190])
    expect(timeline.phases).toEqual({ ...nothing, queue: 10, send: 20, receive: 60 })
  })

  it('wait to the end for an answer that never comes', () => {
    const timeline = story(undefined, ['begin', 110], ['sent', 130], ['end', 190])
    expect(timeline.phases).toEqual({ ...nothing, queue: 10, send: 20, wait: 60 })
  })

  it('keep the first time that each was reached', () => {
    const timeline = story(
      undefined,
      ['begin', 100],
      ['sent', 110],
      ['sent', 111],
      ['answered', 120],
      ['answered', 121],
      ['end', 130],
      ['end', 140],
    )
    expect(timeline.phases).toEqual({ ...nothing, send: 10, wait: 10, receive: 10 })
  })
})

describe('a connection that is used again', () => {
  it('was idle from the end of one request to the begin of the next, and counts them', () => {
    const kept = dialled({ readyAt: 100 })
    const one = story(kept, ['begin', 100], ['end', 150])
    expect([one.idle, kept.uses, kept.idleSince]).toEqual([undefined, 1, 150])
    const two = story(kept, ['begin', 225])
    expect([two.idle, kept.uses, kept.idleSince]).toEqual([75, 2, undefined])
    // one that begins before the one before it has ended has waited for nothing
    expect([story(kept, ['begin', 230]).idle, kept.uses]).toEqual([undefined, 3])
  })

  it('was not idle before its first request, and never for less than nothing', () => {
    expect(story(dialled({ idleSince: 90 }), ['begin', 100]).idle).toBeUndefined()
    expect(story(dialled({ uses: 1, idleSince: 120 }), ['begin', 110]).idle).toBe(0)
  })

  it('is not idle because one has left that only waited for it', () => {
    const awaited = dialled({})
    const left = story(awaited, ['end', 150])
    expect([left.connection, awaited.idleSince, awaited.uses]).toEqual([awaited, undefined, 0])
  })

  it('stays that of a request which began on it, whatever is told at the end', () => {
    const own = dialled({})
    const timeline = story(own, ['begin', 110])
    timeline.end(dialled({}))
    expect(timeline.connection).toBe(own)
  })
})

it('a request calls itself by its label on a connection that is taken down, and by nothing without one', () => {
  const begun: string[] = []
  const taped = dialled({ tape: { outward: undefined as never, begins: (label) => void begun.push(label) } })
  new Timeline('retry.2').begin(taped)
  new Timeline().begin(taped)
  new Timeline('retry.3').begin(dialled({}))
  expect(begun).toEqual(['retry.2'])
})

it('a request keeps what its answer says of itself, and what broke it', () => {
  const timeline = new Timeline()
  const told = () => [timeline.date, timeline.type, timeline.length, timeline.requestId, timeline.broken]
  expect(told()).toEqual([undefined, undefined, undefined, undefined, undefined])
  const date = 'Sat, 21 Nov 2026 12:00:00 GMT'
  timeline.answered({ date, 'content-type': 'text/plain', 'content-length': '7', 'x-request-id': 'r-1' })
  const broken = (timeline.broken = new Failure('network', 'CONNECTION_RESET', 'wire', 'The connection was reset'))
  expect(told()).toEqual([date, 'text/plain', '7', 'r-1', broken])
})

/** A recorded call, made again without its server. What faults of real sockets come to stands in test/faults/replay.test.ts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import diagnostics from 'node:diagnostics_channel'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { client, type Flight, flightOf, layer, notes, pipeline, type Stackable } from '@penstock/core'
import {
  breaks,
  hangs,
  later,
  replay,
  replies,
  repliesJson,
  scriptedTransport,
  seeded,
  type Step,
  virtualClock,
} from '@penstock/core/testing'
import { cache, deadline, redirect, reject, retry, status, timeout } from '@penstock/middleware'
import { describe, expect, it, onTestFinished } from 'vitest'

/** The flight of a call that fails. */
async function recorded(layers: readonly Stackable[], steps: readonly [Step, ...Step[]], abortAt?: number) {
  const clock = virtualClock()
  const http = client({
    pipeline: pipeline(layers as [], scriptedTransport(...steps)),
    origin: 'https://api.example.com',
    clock,
    chance: seeded(7),
  })
  const controller = new AbortController()
  const reason = new DOMException('enough', 'TimeoutError')
  const calling = http.get('/things?key=k-1', { signal: controller.signal }).then(
    (result) => result,
    (error: unknown) => error,
  )
  if (abortAt !== undefined) clock.setTimer(() => controller.abort(reason), abortAt)
  await clock.drain()
  return flightOf(await calling)!
}

const busy = replies(503)
const stack = (retries = 2) => [deadline({ after: 5_000 }), retry({ retries }), timeout({ after: 400 }), status()]

describe('replay', () => {
  it('makes the same decisions, with the chance that there was', async () => {
    const flight = await recorded(stack(), [busy, breaks('CONNECTION_RESET'), later(30, busy)])
    const { flight: again, same, differences } = await replay(flight, stack())
    expect({ same, differences }).toEqual({ same: true, differences: [] })
    expect(again.notes).toEqual(flight.notes)
  })

  it('throws, with both sides of what differs, when the stack decides otherwise', async () => {
    const flight = await recorded(stack(1), [busy])
    await expect(replay(flight, stack(0))).rejects.toMatchObject({
      code: 'REPLAY_DIFFERS',
      message: `The replay decides otherwise than the record:
  decision 1
    - 0 ms #1 retry retry.waits: waits 1.2 ms, then sends again: STATUS_503
    + 0 ms #1 retry retry.attempts_used: gives up: all 1 attempts are used
  decision 2
    - 2 ms #2 retry retry.attempts_used: gives up: all 2 attempts are used
    + (nothing)
  request 2
    - 2 ms #2 503 (receive, sent all)
    + (nothing)
  end
    - 2 ms busy after 2 attempts: STATUS_503 by server
    + 0 ms busy after 1 attempt: STATUS_503 by server`,
    })
  })

  it('shows what another stack makes of it: the last answer comes again', async () => {
    const flight = await recorded(stack(1), [busy])
    const { flight: again, same } = await replay(flight, stack(3), { differing: true })
    expect({ same, attempts: again.attempts }).toEqual({ same: false, attempts: 4 })
  })

  it('takes a pipeline as it is, and asks nothing of its transport', async () => {
    const transport = scriptedTransport(repliesJson({}))
    const flight = await recorded(stack(), [busy])
    await replay(flight, pipeline(stack() as [], transport))
    expect(transport.calls).toEqual([])
  })

  it('takes the last call that failed from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-replay-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const flights = [
      await recorded(stack(0), [busy]),
      await recorded(stack(1), [busy]),
      await recorded(stack(0), [repliesJson({})]),
    ]
    const file = join(folder, 'failure.penstock')
    writeFileSync(file, flights.map((flight) => `${JSON.stringify(flight)}\n`).join(''))
    expect((await replay(file, stack(1))).recorded.id).toBe(flights[1]!.id)
  })

  it('hangs where the server hung, until the bound of then', async () => {
    const flight = await recorded(stack(0), [hangs()])
    expect((await replay(flight, stack(0))).flight).toMatchObject({
      took: flight.took,
      failure: { code: 'ATTEMPT_TIMEOUT' },
    })
  })

  it('ends where the record knows nothing more', async () => {
    const flight = await recorded([timeout({ after: 400 }), status()], [hangs()])
    const { flight: again } = await replay(flight, [status()], { differing: true })
    expect({ verdict: again.verdict, failure: again.failure }).toEqual({ verdict: 'unknown', failure: undefined })
  })

  it('aborts when its caller did', async () => {
    const flight = await recorded(stack(), [hangs()], 30)
    expect(flight.recording?.abort).toBe('TimeoutError')
    expect((await replay(flight, stack())).flight).toMatchObject({ took: 30, verdict: 'cancelled' })
  })

  it('lets the wall clock jump when it did, and stands still when the process did', async () => {
    const says = notes('clocks', { reads: ['reads {now} and {date}', '{now} {date}'] })
    const clocks = layer({
      name: 'clocks',
      slot: 'observe',
      async run(call, next) {
        await call.wait(10)
        call.note(says.reads, { now: call.clock.now(), date: call.clock.date() })
        return next(call)
      },
    })
    const flight = await recorded([clocks, status()], [busy])
    const jumps = [{ at: 20, milliseconds: 3_600_000 }]
    const stalled: Flight = {
      ...flight,
      recording: { ...flight.recording!, jumps },
      stalls: [{ at: 5, milliseconds: 40 }],
    }
    const { flight: again } = await replay(stalled, [clocks, status()], { differing: true })
    expect(again.notes.map(({ facts }) => facts)).toEqual([
      { now: 45, date: Date.parse(flight.startedAt) + 45 + 3_600_000 },
    ])
  })

  it('opens no socket', async () => {
    const dialled: unknown[] = []
    const dial = (told: unknown) => dialled.push(told)
    diagnostics.subscribe('net.client.socket', dial)
    onTestFinished(() => void diagnostics.unsubscribe('net.client.socket', dial))
    await replay(await recorded(stack(), [busy, breaks('CONNECTION_RESET'), hangs()]), stack())
    expect(dialled).toEqual([])
  })

  it('keeps nothing of what was sent and received but numbers and words that it knows', async () => {
    const canary = 'canary-7c41'
    const table = { code: 'code', message: 'text', success: ['0'], rows: {} }
    const headers = {
      location: `/${canary}?${canary}`,
      'content-type': `application/${canary}; charset=${canary}`,
      'retry-after': canary,
      ratelimit: `"${canary}";r=0;t=7;pk=${canary}`,
      'cache-control': `no-store, ${canary}`,
      'set-cookie': [canary],
      'x-any': canary,
    }
    const layers = [reject({ verdicts: table }), redirect()]
    const flight = await recorded(layers, [
      replies(302, headers),
      replies(503, headers, JSON.stringify({ code: `${canary} `, text: canary })),
    ])
    expect(JSON.stringify(flight)).not.toContain(canary)
    expect(flight.trips[0]!.answer?.headers).toEqual({
      'cache-control': 'no-store',
      'content-type': 'application/octet-stream',
      location: '/hop-1',
      ratelimit: '"policy-1";r=0;t=7',
      'set-cookie': 'replayed=1',
    })
    expect((await replay(flight, layers)).same).toBe(true)
  })

  it('plays the part of a layer that other calls decided for', async () => {
    const kept = cache()
    const clock = virtualClock()
    const transport = scriptedTransport(repliesJson({}))
    const http = client({ pipeline: pipeline([kept, status()], transport), origin: 'https://api.example.com', clock })
    await http.get('/')
    const flight = flightOf(await http.get('/'))!
    expect((await replay(flight, [cache(), status()])).flight.notes).toEqual(flight.notes)
  })

  it.each([
    ['a call at level off', { schema: 'penstock.flight/1' }],
    ['a thing without a flight', new Error('mine')],
    ['an empty file', ' \n'],
  ])('refuses %s', async (_, from) => {
    await expect(replay(from, stack())).rejects.toMatchObject({
      code: expect.stringMatching(/CONFIG_INVALID|FLIGHT_FILE/),
    })
  })
})

import { Branch, type Call, client, Failure, layer, type Next, type Outcome, pipeline } from '@penstock/core'
import { hangs, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { describe, expect, it, vi } from 'vitest'
import { type Waiting, Waits } from '../../packages/core/src/waits.ts'

const why = new Failure('cancelled', 'CANCELLED', 'race', 'another was first')

describe('a list of waits', () => {
  /** Waits by name, the latest first in the list, and the names of those that are cut, in their order. */
  function entered(...names: readonly string[]) {
    const [waits, cuts]: [Waits, string[]] = [new Waits(), []]
    const made = names.map((name): Waiting => {
      const wait = { before: undefined, behind: undefined, cut: () => void cuts.push(name) }
      waits.enter(wait)
      return wait
    })
    return { waits, cuts, made }
  }

  it.each([
    ['the first of them', [2], ['b', 'a']],
    ['the last of them', [0], ['c', 'b']],
    ['the one in the middle', [1], ['c', 'a']],
    ['the middle, then the last', [1, 0], ['c']],
    ['the middle, then the first', [1, 2], ['a']],
    ['none', [], ['c', 'b', 'a']],
  ])('cuts those that are left, once each, when these have left: %s', (_, left, told) => {
    const { waits, cuts, made } = entered('a', 'b', 'c')
    for (const index of left) waits.leave(made[index]!)
    waits.cut(why)
    waits.cut(why)
    expect([cuts, waits.closed]).toEqual([told, why])
  })
})

describe('a branch', () => {
  function set(run: (call: Call, next: Next) => Promise<Outcome>) {
    const clock = virtualClock()
    const race = layer({ name: 'race', slot: 'repeat', calls: 'many', run })
    const http = client({
      pipeline: pipeline([race], scriptedTransport(hangs())),
      origin: 'https://api.example.com',
      clock,
    })
    return { clock, http }
  }

  it.each(['ends', 'is cut'])('hears nothing of the call any more once it %s', async (how) => {
    let cuts = -1
    const { clock, http } = set(async (call) => {
      const branch = new Branch(call)
      if (how === 'ends') branch.end()
      else branch.cut(why)
      const told = vi.spyOn(branch, 'cut')
      const cut = await call.wait(1000)
      cuts = told.mock.calls.length
      return cut!
    })
    const outcome = http.outcome({ path: '/' })
    await clock.advance(10)
    const closing = http.close({ within: 5 })
    await clock.advance(5)
    await closing
    expect([(await outcome).code, cuts]).toEqual(['CLIENT_CLOSED', 0])
  })

  it('ends a second time without letting go of what else waits', async () => {
    const { clock, http } = set(async (call) => {
      const branch = new Branch(call)
      branch.end()
      const waits = call.wait(1000)
      branch.end()
      return (await waits)!
    })
    const outcome = http.outcome({ path: '/' })
    await clock.advance(10)
    const closing = http.close({ within: 5 })
    await clock.advance(5)
    await closing
    expect([(await outcome).code, clock.timers]).toEqual(['CLIENT_CLOSED', 0])
  })
})

it('clients of one clock wait by one timer', async () => {
  const clock = virtualClock()
  const waits = layer({ name: 'waits', slot: 'wire', run: async (call, next) => (await call.wait(50)) ?? next(call) })
  const calls = ['one', 'other'].map((name) => {
    const stack = pipeline([waits], scriptedTransport(replies(200)))
    return client({ pipeline: stack, origin: `https://${name}.example.com`, clock }).outcome({ path: '/' })
  })
  await clock.advance(10)
  expect(clock.timers).toBe(1)
  await clock.advance(40)
  expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(['STATUS_200', 'STATUS_200'])
})

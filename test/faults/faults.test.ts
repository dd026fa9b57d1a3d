/** Every fault, on both transports: the cause is concluded, and what it says is to be done mends it. */
import type { Flight } from '@penstock/core'
import { conclude } from '@penstock/core/diagnose'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import { afterAll, describe, expect, test } from 'vitest'
import { faults } from './faults.ts'
import { penstockCall } from './penstock-call.ts'

const transports = { got: gotTransport, undici: undiciTransport } as const

test('the faults are numbered, and none is left out', () => {
  expect(faults.map(({ number }) => number)).toEqual(faults.map((_, index) => index + 1))
})

// where the machine itself stands still for long, another cause is the true one: such a run is made again
describe.each(Object.entries(transports))('%s', { retry: 2 }, (transport, make) => {
  const scores = new Map<number, object>()

  test.each(faults)('$number: $name', async ({ number, name, cause, named, mends, arrange }) => {
    await using scene = await arrange()
    const { conclusion, flight } = await penstockCall(make, scene.faulty)
    const cured = await penstockCall(make, await scene.cured())
    const score = {
      cause: conclusion?.cause,
      named: named.test(conclusion?.en ?? ''),
      mends: mends.test(conclusion?.fix.en ?? ''),
      left: cured.error,
    }
    scores.set(number, { number, name, ...score })
    expect(score).toEqual({ cause, named: true, mends: true, left: undefined })
    const { en, zh, fix } = conclusion!
    // from a file it is the same
    expect(conclude(JSON.parse(JSON.stringify(flight)) as Flight)).toEqual(conclusion)
    expect([en, zh, fix.en, fix.zh].filter((text) => /\?|undefined|NaN|\{\w+(:ms)?\}/.test(text))).toEqual([])
  })

  afterAll(() => {
    const right = faults.filter((fault) => {
      const score = scores.get(fault.number) as { cause?: string; named?: boolean; mends?: boolean; left?: unknown }
      return score?.cause === fault.cause && score.named && score.mends && score.left === undefined
    })
    console.table([...scores.values()])
    console.log(`${transport}: ${right.length} of ${faults.length}`)
  })
})

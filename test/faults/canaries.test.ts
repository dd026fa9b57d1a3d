/** Every fault, on both transports, with a canary in every place: none is seen in anything that leaves the process. */
import { inspect } from 'node:util'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import { afterAll, describe, expect, it, test } from 'vitest'
import { canary, sightings } from './canaries/canary.ts'
import { planted } from './canaries/planted.ts'
import { talkative } from './canaries/talkative.ts'
import { views } from './canaries/views.ts'
import { encodings } from '../support/encodings.ts'
import { faults } from './faults.ts'
import { penstockCall } from './penstock-call.ts'

describe.each(Object.entries({ got: gotTransport, undici: undiciTransport }))('%s', (_, make) => {
  const said = talkative()
  let faithful = 0
  afterAll(() => said[Symbol.dispose]())

  // where the machine itself stands still for long, the fault may not be met: such a run is made again, a leak never
  const again = { retry: { count: 2, condition: /^no flight$|ms were over/ } }
  test.each(faults)('$number: $name', again, async ({ arrange, cause }) => {
    await using scene = await arrange()
    const { setting, canaries } = planted(scene.faulty)
    const { error, flight, conclusion } = await penstockCall(make, setting)
    if (flight === undefined) throw new Error('no flight', { cause: error })
    expect(sightings([...canaries, ...said.canaries], views(error, flight))).toEqual([])
    if (conclusion?.cause === cause) faithful++
  })

  it('was answered by servers that say canaries, and met the faults that were meant', () => {
    expect(faithful).toBeGreaterThan(faults.length - 5)
    expect(said.answered()).toBeGreaterThan(faults.length / 2)
  })
})

describe('a leak', () => {
  const one = canary('a key', '"<&>\'+ ')

  it.each(Object.entries(encodings))('is seen as %s', (_, encode) => {
    expect(sightings([one], { log: `{"a":"${encode(one.value)}"}` })).toEqual(['a key in log'])
  })

  it.each([0, 1, 2])('is seen in base64 behind %i bytes', (before) => {
    const text = Buffer.from(`${'x'.repeat(before)}${one.value} and more`).toString('base64')
    expect(sightings([one], { log: text })).toEqual(['a key in log'])
  })

  it('of an error that keeps the request is seen', async () => {
    const [first] = faults
    await using scene = await first!.arrange()
    const { setting, canaries } = planted(scene.faulty)
    const { error, flight } = await penstockCall(gotTransport, setting)
    const leaky = Object.assign(error as Error, { options: { headers: setting.headers } })
    expect(sightings(canaries, views(leaky, flight!)).toSorted()).toEqual(
      ['JSON', 'inspection']
        .flatMap((view) => [`a header in ${view}`, `an authorization in plain text in ${view}`])
        .toSorted(),
    )
    expect(inspect(leaky)).toContain('canary')
  })
})

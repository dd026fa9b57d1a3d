import { layer } from '@penstock/core'
import { expect, it } from 'vitest'
import { toStep } from '../../packages/core/src/step.ts'
import { tallyOf } from '../../packages/core/src/tally.ts'

const steps = (...names: string[]) =>
  names.map((name) => toStep(layer({ name, slot: 'wire', run: (call, next) => next(call) })))

it('pipelines of the same layers are counted together, those of others apart', () => {
  const first = tallyOf(steps('a', 'b'))
  expect(first).toEqual({ made: 1, calls: 0 })
  expect(tallyOf(steps('a', 'b'))).toBe(first)
  expect(first).toEqual({ made: 2, calls: 0 })
  expect(tallyOf(steps('b', 'a'))).toEqual({ made: 1, calls: 0 })
  expect(tallyOf(steps('ab'))).toEqual({ made: 1, calls: 0 })
})

it('no more than 256 kinds are watched', () => {
  for (let kind = 0; kind < 253; kind++) tallyOf(steps(`kind ${kind}`))
  expect([tallyOf(steps('kind 0')).made, tallyOf(steps('kind 252')).made]).toEqual([2, 2])
  tallyOf(steps('one too many'))
  expect([tallyOf(steps('one too many')).made, tallyOf(steps('a', 'b')).made]).toEqual([1, 3])
})

import { expect, it } from 'vitest'
import { Percentile } from '../../packages/middleware/src/hedge/percentile.ts'

it('the time that a share kept to is known from the 20th on, and reckoned anew with every 32nd', () => {
  const times = new Percentile(0.95)
  const after = (told: number, milliseconds: number) => {
    for (let count = 0; count < told; count++) times.tell(milliseconds)
    return times.value
  }
  expect([after(19, 10), after(1, 10)]).toEqual([undefined, 10])
  expect([after(11, 500), after(1, 500)]).toEqual([10, 500])
  expect([after(31, 900), after(1, 900)]).toEqual([500, 900])
})

/** What looks again at a pipeline that gave no outcome. That it then names the layer: `test/middleware/no-outcome`. */
import { expect, it } from 'vitest'
import { onSuspicion, told, toldOfNone } from '../../packages/core/src/suspicion.ts'

it('a pipeline is looked at once, however often it is suspected, and another by itself', () => {
  const [one, other] = [() => new Promise<never>(() => {}), () => new Promise<never>(() => {})]
  const watched: string[] = []
  onSuspicion(one, () => watched.push('one'))
  onSuspicion(other, () => watched.push('other'))
  for (const _ of [1, 2]) toldOfNone(one)
  told(new TypeError("Cannot read properties of undefined (reading 'verdict')"), one)
  expect(watched).toEqual(['one'])
  toldOfNone(other)
  expect(watched).toEqual(['one', 'other'])
})

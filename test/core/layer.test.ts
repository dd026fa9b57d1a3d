/** What a layer is that says only what it must. */
import { layer, type Next, type Call } from '@penstock/core'
import { expect, it } from 'vitest'

const run = (call: Call, next: Next) => next(call)

it('calls once, has nothing to do with verdicts, and has nothing to tell of itself', () => {
  expect(layer({ name: 'plain', slot: 'seal', run })).toEqual({
    name: 'plain',
    slot: 'seal',
    calls: 'once',
    verdicts: 'neither',
    about: '',
    traits: {},
    run,
  })
})

it('is what it says instead', () => {
  const said = { calls: 'many', verdicts: 'needs', about: 'thrice', traits: { retries: 2 } } as const
  expect(layer({ name: 'thrice', slot: 'repeat', run, ...said })).toEqual({
    name: 'thrice',
    slot: 'repeat',
    run,
    ...said,
  })
})

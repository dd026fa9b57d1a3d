import { seeded } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { kinds, stories, type Ways } from '../support/handing-on.ts'

describe('layers that hand on by andThen', () => {
  it(
    'are told the same, in the same order, as by a promise of their own, in any company',
    { timeout: 60_000 },
    async () => {
      const chance = seeded(1)
      const names = Object.keys(kinds)
      for (let round = 0; round < 150; round++) {
        const stack = Array.from(
          { length: 1 + Math.floor(chance() * 5) },
          () => names[Math.floor(chance() * names.length)]!,
        )
        const ways: Ways = {
          ...(chance() < 0.2 && { signal: new AbortController().signal }),
          ...(chance() < 0.2 && { diagnose: 'all' }),
        }
        // first each by itself, then, when all are trusted, together
        expect([stack, await stories(stack, false, 72, ways)]).toEqual([stack, await stories(stack, true, 72, ways)])
      }
    },
  )

  it.each(Object.keys(kinds))('are told the same of one inside another that only hands on: %s', async (kind) => {
    for (const stack of [
      ['hands', 'onward', kind],
      ['waiting', 'onward', kind],
      ['hands', 'asyncOnward', kind],
    ]) {
      expect(await stories(stack, false, 72)).toEqual(await stories(stack, true, 72))
    }
  })

  it('do what comes after in the order in which the outcome passes them', async () => {
    const hands = Array.from({ length: 5 }, () => 'hands')
    expect((await stories(hands, false, 69)).at(-1)).toBe(
      'hands4 after of 7 network, hands3 after of 7 network, hands2 after of 7 network, hands1 after of 7 network, hands0 after of 7 network → network',
    )
  })
})

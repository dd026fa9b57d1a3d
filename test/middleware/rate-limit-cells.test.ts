/** The layer against servers that count in three ways, with requests that overtake each other, in virtual time. */
import { describe, expect, it } from 'vitest'
import { limitedBacklog, limitedCells } from '../support/limited-backlog.ts'

const runs = (cell: (typeof limitedCells)[number]) =>
  Promise.all([1, 2, 3, 4, 5].map((seed) => limitedBacklog(cell, { seed })))

describe('rateLimit with a backlog of 2000 calls, cold sockets and a token that expires', () => {
  it.each(limitedCells)(
    'is refused 1 in 200 at most and uses 94 in 100 of %i a second of a server with a %s and replies after %s',
    async (...cell) => {
      const all = await runs(cell)

      expect(Math.min(...all.map(({ used }) => used))).toBeGreaterThanOrEqual(0.94)
      expect(Math.max(...all.map(({ refused }) => refused))).toBeLessThanOrEqual(0.005)
      expect(all.map(({ tokens, timers }) => [tokens, timers])).toEqual(all.map(() => [2, 0]))
    },
  )

  it('learns a wider guard where requests overtake each other by more than it expects', async () => {
    const { used, refused } = await limitedBacklog([5, 'sliding window', '50 ms'], { jitter: 120 })

    expect(used).toBeGreaterThan(0.88)
    expect(refused).toBeLessThan(0.01)
  })
})

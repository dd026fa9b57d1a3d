/** The layer against servers that count in three ways, with requests that overtake each other, in virtual time. */
import { bytesBody, type Call, client, type Outcome, pipeline, Reply } from '@penstock/core'
import { seeded, virtualClock } from '@penstock/core/testing'
import { rateLimit, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { limitedServers, type ServerKind } from '../support/limited-servers.ts'

const seconds = 30
const cells = ([2, 5, 10, 20] as const).flatMap((limit) =>
  (Object.keys(limitedServers) as ServerKind[]).flatMap((kind) =>
    (['50 ms', '0.2–1.5 s'] as const).map((replies) => [limit, kind, replies] as const),
  ),
)

/** A backlog that never ends, under way 5 to `jitter` ms, and what the server made of it. */
async function backlog(limit: number, kind: ServerKind, replies: '50 ms' | '0.2–1.5 s', jitter = 50) {
  const chance = seeded(7)
  const clock = virtualClock()
  const admits = limitedServers[kind](limit, 1000, 1000 * chance())
  let [admitted, refused] = [0, 0]
  const transport = {
    name: 'limited',
    close: async () => {},
    async send(call: Call<any>): Promise<Outcome> {
      const lost = await call.wait(5 + (jitter - 5) * chance())
      if (lost !== undefined) return lost
      const good = admits(clock.now())
      if (good) admitted++
      else refused++
      const cut = await call.wait(good && replies !== '50 ms' ? 200 + 1300 * chance() : 50)
      return cut ?? new Reply(good ? 200 : 429, {}, bytesBody(new Uint8Array()))
    },
  }
  const http = client({
    pipeline: pipeline([rateLimit({ limit }), status()], transport),
    origin: 'https://api.example.com',
    clock,
    chance,
  })
  const over = new AbortController()
  const worker = async () => {
    while (!over.signal.aborted) await http.outcome({ path: '/', signal: over.signal })
  }
  const workers = Array.from({ length: limit * 3 }, worker)
  await clock.advance(seconds * 1000)
  over.abort()
  await Promise.all(workers)
  return { used: admitted / (limit * seconds), refused: refused / (admitted + refused), timers: clock.timers }
}

describe('rateLimit with a backlog that never ends', () => {
  it.each(cells)('uses 94 %% of %i a second of a server with a %s and replies after %s', async (...cell) => {
    const { used, refused, timers } = await backlog(...cell)

    expect(used).toBeGreaterThanOrEqual(0.94)
    expect(refused).toBeLessThanOrEqual(0.005)
    expect(timers).toBe(0)
  })

  it('learns a wider guard where requests overtake each other by more than it expects', async () => {
    const { used, refused } = await backlog(5, 'sliding window', '50 ms', 120)

    expect(used).toBeGreaterThan(0.8)
    expect(refused).toBeLessThan(0.03)
  })
})

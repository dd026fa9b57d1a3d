/** A backlog that never ends, through the layer, against a server that counts; in virtual time. */
import { bytesBody, type Call, client, type Outcome, pipeline, Reply, revealed } from '@penstock/core'
import { seeded, virtualClock } from '@penstock/core/testing'
import { rateLimit, status, token } from '@penstock/middleware'
import { limitedServers, type ServerKind } from './limited-servers.ts'
import { slope } from './slope.ts'

export type Cell = readonly [limit: number, kind: ServerKind, replies: '50 ms' | '0.2–1.5 s']

/** Every kind of server, limit and speed that is looked at. */
export const limitedCells: readonly Cell[] = ([2, 5, 10, 20] as const).flatMap((limit) =>
  (Object.keys(limitedServers) as ServerKind[]).flatMap((kind) =>
    (['50 ms', '0.2–1.5 s'] as const).map((replies) => [limit, kind, replies] as const),
  ),
)

/**
 * Requests are 5 to `jitter` ms under way, one on a new socket three times as long. The token is no longer good half-way
 * through, and another takes 300 ms; the server counts, and refuses, what comes with the old one.
 *
 * @returns the slope of what was taken, as a part of the limit, and the part of what was sent that was refused
 */
export async function limitedBacklog(
  [limit, kind, replies]: Cell,
  { seed = 1, jitter = 50, calls = 2000 }: { seed?: number; jitter?: number; calls?: number } = {},
) {
  const chance = seeded(seed)
  const clock = virtualClock()
  const admits = limitedServers[kind](limit, 1000, 1000 * chance())
  const life = (calls / limit) * 550
  const taken: number[] = []
  let [sent, refused, idle] = [0, 0, 0]
  const trip = () => 5 + (jitter - 5) * chance()

  const server = {
    name: 'limited',
    close: async () => {},
    async send(call: Call<any>): Promise<Outcome> {
      const warm = idle > 0
      if (warm) idle--
      const lost = await call.wait(warm ? trip() : trip() + trip() + trip())
      if (lost !== undefined) return lost
      sent++
      const good = admits(clock.now())
      const known = clock.now() < life || revealed(call.headers)['x-token'] !== 'token-1'
      if (good && known) taken.push(clock.now())
      if (!good) refused++
      const cut = await call.wait(good && replies !== '50 ms' ? 200 + 1300 * chance() : 50)
      idle++
      return cut ?? new Reply(!good ? 429 : known ? 200 : 401, {}, bytesBody(new Uint8Array()))
    },
  }
  let age = 0
  const bearer = token({
    source: async (call) => {
      const cut = await call.wait(300)
      return cut ?? { token: `token-${++age}`, expiresIn: age === 1 ? life : Infinity }
    },
    place: { header: 'x-token' },
    skew: 10_000,
  })
  const http = client({
    pipeline: pipeline([bearer, rateLimit({ limit: limit }), status()], server),
    origin: 'https://api.example.com',
    clock,
    chance,
  })
  const over = new AbortController()
  const worker = async () => {
    while (!over.signal.aborted) await http.outcome({ path: '/', signal: over.signal })
  }
  const workers = Array.from({ length: limit * 3 }, worker)
  await clock.advance(1050 * (calls / limit))
  over.abort()
  await Promise.all(workers)
  return { used: slope(taken) / limit, refused: refused / sent, tokens: age, timers: clock.timers }
}

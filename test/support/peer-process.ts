/** A process of its own that calls an API over one stack, as it is told by its parent: see peers.ts. */
import { client, pipeline } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { cache, quota, rateLimit, reject, status, token } from '@penstock/middleware'
import { redisStore } from '@penstock/middleware/stores/redis'
import type { Order, Setup, Told } from './peers.ts'

const { origin, redis, layer, options } = JSON.parse(process.argv[2]!) as Setup
const store = redisStore({ redis })
const stacks = {
  token: () => [token({ store, ...options } as never)],
  cache: () => [cache({ store, ...options })],
  quota: () => [quota({ redis, ...options })],
  rateLimit: () => [rateLimit({ redis, ...options })],
}
const http = client({
  pipeline: pipeline([...stacks[layer](), status(), reject()] as never, undiciTransport()),
  origin,
})
const tell = (told: Told) => process.send!(told)

process.on('unhandledRejection', (error) => tell({ unhandled: String(error) }))
process.on('message', (order: Order) => void obey(order))
// a store has 50 ms: less than a process takes to begin on a busy machine
while (
  await store.get('nothing').then(
    () => false,
    () => true,
  )
) {
  await new Promise((resolve) => setTimeout(resolve, 50))
}
tell({ ready: true })

async function obey({ id, count, every, paths, close }: Order): Promise<void> {
  if (close) {
    await http.close()
    await store.close!()
    tell({ id, results: [] })
    process.disconnect()
    return
  }
  const calls = []
  for (let made = 0; made < count; made++) {
    const from = performance.now()
    const path = paths[made % paths.length]!
    calls.push(http.outcome({ path }).then((outcome) => ({ outcome, took: performance.now() - from })))
    if (every > 0) await new Promise((resolve) => setTimeout(resolve, every))
  }
  const results = await Promise.all(calls)
  tell({
    id,
    results: results.map(({ outcome, took }) => ({ verdict: outcome.verdict, code: outcome.code, took })),
  })
}

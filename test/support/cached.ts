/** Calls over a cache. */
import { client, type Endpoint, pipeline } from '@penstock/core'
import { scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { cache, type CacheOptions, circuitBreaker, retry, status, type Store } from '@penstock/middleware'

export function set(options: CacheOptions<any>, ...steps: readonly [Step, ...Step[]]) {
  return around([], options, ...steps)
}

/** With layers outside the cache. */
export function around(outer: readonly unknown[], options: CacheOptions<any>, ...steps: readonly [Step, ...Step[]]) {
  const clock = virtualClock()
  // a store of one's own keeps plain calls of a partition only
  const whose = options.dir === undefined && options.store === undefined ? {} : { partition: 'me' }
  const layer = cache({ ...whose, ...options })
  const transport = scriptedTransport(...steps)
  const http = client({
    pipeline: pipeline([...outer, layer, retry({ retries: 0 }), circuitBreaker(), status()] as never, transport),
    origin: 'https://api.example.com',
    clock,
  })
  return { clock, http, transport, layer }
}

export const notesOf = (thing: {
  readonly ledger: { readonly notes: readonly { kind: { id: string }; facts: object }[] | undefined }
}) => (thing.ledger.notes ?? []).map(({ kind, facts }) => [kind.id, facts])
const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
export const reads = (more: Partial<Endpoint> = {}): Endpoint => ({
  id: 'vendor.reads',
  method: 'POST',
  path: '/reads',
  encoding: 'form',
  input: anything,
  output: anything,
  repeatable: 'always',
  ...more,
})

/** A store whose content is at hand. */
export function shelf(over: Partial<Store> = {}): Store & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>()
  return {
    kept,
    name: 'shelf',
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
    delete: async (key) => void kept.delete(key),
    ...over,
  }
}

import { systemClock } from '@penstock/core'
import type { Store } from './store.ts'

export type MemoryStoreOptions = {
  /** Keys and values together; what was used longest ago goes first. @default 67_108_864 */
  readonly maxBytes?: number
  /** Where the time of day comes from. @default the process's own */
  readonly date?: () => number
}

/** Keep bytes in this process, as they are: not copied, neither in nor out. */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { maxBytes = 64 * 1024 * 1024, date = () => systemClock.date() } = options
  // a map keeps the order in which keys were put in: the first is the one used longest ago
  const kept = new Map<string, { readonly value: Uint8Array; readonly until: number }>()
  let held = 0

  function drop(key: string): void {
    const found = kept.get(key)
    if (found === undefined) return
    held -= sizeOf(key, found.value)
    kept.delete(key)
  }

  return {
    name: 'memory',
    async get(key) {
      const found = kept.get(key)
      if (found === undefined) return undefined
      if (found.until <= date()) {
        drop(key)
        return undefined
      }
      kept.delete(key)
      kept.set(key, found)
      return found.value
    },
    async set(key, value, { ttl }) {
      drop(key)
      const size = sizeOf(key, value)
      if (size > maxBytes) return
      kept.set(key, { value, until: date() + ttl })
      held += size
      while (held > maxBytes) drop(kept.keys().next().value!)
    },
    async delete(key) {
      drop(key)
    },
  }
}

/** A key is of Latin letters, one byte each. */
const sizeOf = (key: string, value: Uint8Array): number => key.length + value.length

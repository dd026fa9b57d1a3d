import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '@penstock/core'
import type { Store } from './store.ts'
import { readWhole, writeWhole } from './whole-file.ts'

export type { Store }

export type DiskStoreOptions = {
  /** Made when something is kept for the first time, for its owner alone (0700). */
  readonly dir: string
  /** What to call it in notes. @default 'disk' */
  readonly name?: string
  /** Where the time of day comes from. @default the process's own */
  readonly date?: () => number
}

/**
 * Keep bytes in files, one a key, for their owner alone (0600) and in clear. A file is whole or not there: it is written
 * beside its place and moved into it. The name is a digest of the key.
 *
 * @example
 * ```ts
 * import { token } from '@penstock/middleware'
 * import { diskStore } from '@penstock/middleware/stores/disk'
 *
 * const kept = token({ clientId: 'penstock', clientSecret: 'a-secret', store: diskStore({ dir: '.penstock' }) })
 * ```
 */
export function diskStore({ dir, name = 'disk', date = () => systemClock.date() }: DiskStoreOptions): Store {
  const fileOf = (key: string) => join(dir, digest(key))
  return {
    name,
    async get(key) {
      const file = fileOf(key)
      const bytes = await readWhole(file)
      if (bytes === undefined) return undefined
      const { until, value } = opened(bytes)
      if (until > date()) return value
      await rm(file, { force: true })
      return undefined
    },
    set: (key, value, { ttl }) => writeWhole(fileOf(key), sealed(value, date() + ttl)),
    delete: (key) => rm(fileOf(key), { force: true }),
  }
}

/** `penstock 1 <until> <digest>`, a line break, the value. */
const sealed = (value: Uint8Array, until: number) =>
  Buffer.concat([Buffer.from(`penstock 1 ${until} ${digest(String(until), value)}\n`), value])

/** @throws when the file is not whole, or of somebody else */
function opened(bytes: Buffer): { readonly until: number; readonly value: Uint8Array } {
  const end = bytes.indexOf('\n')
  const [brand, version, until = '', mark] = bytes.subarray(0, Math.max(0, end)).toString().split(' ')
  const value = bytes.subarray(end + 1)
  if (brand !== 'penstock' || version !== '1' || mark !== digest(until, value)) throw new Error('The file is corrupt')
  return { until: Number(until), value }
}

function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

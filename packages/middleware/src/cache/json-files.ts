import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../stores/store.ts'
import { readWhole, writeWhole } from '../stores/whole-file.ts'

/** Entries as files, `<dir>/<key>.json`, for their owner alone. How old one may be its reader decides. */
export function jsonFiles(dir: string): Store {
  const fileOf = (key: string) => join(dir, `${key}.json`)
  return {
    name: 'disk',
    get: (key) => readWhole(fileOf(key)),
    set: (key, value) => writeWhole(fileOf(key), value),
    delete: (key) => rm(fileOf(key), { force: true }),
  }
}

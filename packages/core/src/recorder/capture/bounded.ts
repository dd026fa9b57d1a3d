import type { SecretFile } from './secret-file.ts'
import { full, unwritable, type Warn } from './sentences.ts'

/** Writes as much as may be, and as long as it can be: what goes wrong here is told, and breaks no call. */
export function bounded(path: string, file: SecretFile, most: number, warn: Warn): (bytes: Uint8Array) => void {
  let written = 0
  let stopped = false
  return (bytes) => {
    if (stopped) return
    try {
      stopped = written + bytes.length > most
      if (stopped) return warn(full(path, most))
      file.write(bytes)
      written += bytes.length
    } catch (error) {
      stopped = true
      warn(unwritable(path, (error as NodeJS.ErrnoException).code ?? 'no code'))
    }
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that is gone with the block that made it. */
export function temporaryFolder(): AsyncDisposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'penstock-doctor-'))
  return {
    path,
    async [Symbol.asyncDispose]() {
      rmSync(path, { recursive: true })
    },
  }
}

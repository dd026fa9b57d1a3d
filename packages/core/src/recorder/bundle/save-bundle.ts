import type * as fflate from 'fflate'
import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { peer } from '../../transports/peer.ts'
import { gate } from '../gate/gate.ts'

/**
 * Write a bundle where none or another stands: beside it first, for its owner alone; what then lies on the disk is unpacked
 * and passes the {@link gate} once more, and takes its name at last. What fails leaves nothing behind.
 *
 * @throws SecretFoundError `SECRET_FOUND`
 */
export async function saveBundle(path: string, { bytes }: { readonly bytes: Uint8Array }): Promise<void> {
  const { unzipSync } = peer('fflate', 0, 'saveBundle') as typeof fflate
  const beside = `${path}.${randomUUID()}.part`
  try {
    await writeFile(beside, bytes, { flag: 'wx', mode: 0o600 })
    const written = await readFile(beside)
    for (const [name, entry] of Object.entries(unzipSync(gate(path, written)))) gate(name, entry)
    await rename(beside, path)
  } finally {
    await rm(beside, { force: true })
  }
}

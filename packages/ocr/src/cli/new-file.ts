import { open } from 'node:fs/promises'
import { gate } from '@penstock/core/diagnose'
import { exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'
import { written } from './written.ts'

/**
 * Writes a text through the gate, for its owner alone, and says where; `-` is standard output. Over a file that is there only
 * by force.
 *
 * @throws SecretFoundError `SECRET_FOUND`
 */
export async function newFile(path: string, text: string, force: boolean, terminal: Terminal): Promise<number> {
  const clean = gate(path, text)
  if (path !== '-') return written(path, () => write(path, clean, force), terminal)
  terminal.out(clean)
  return exitCodes.ok
}

async function write(path: string, text: string, force: boolean): Promise<void> {
  await using file = await open(path, force ? 'w' : 'wx', 0o600)
  // one that was there keeps its mode
  if (force && (await file.stat()).isFile()) await file.chmod(0o600)
  await file.writeFile(text)
}

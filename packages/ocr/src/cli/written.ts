import { exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** Writes a file and says where it is on `out`; where the disk refuses it, why on `err`. */
export async function written(
  file: string,
  write: () => Promise<void>,
  { out, err, say, paint }: Terminal,
): Promise<number> {
  try {
    await write()
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    const code = String((error as NodeJS.ErrnoException).code)
    err(`${paint('red', '✗')} ${code === 'EEXIST' ? say('alreadyThere', { file }) : say('notWritten', { file, code })}`)
    return exitCodes.noOutput
  }
  out(file)
  return exitCodes.ok
}

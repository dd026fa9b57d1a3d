import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { ConfigError } from '../../errors.ts'

/** A file for its owner alone. What is written is in it at once, also if the process dies a moment later. */
export class SecretFile {
  readonly #fd: number
  #open = true

  /**
   * @param flag `wx`: it must be new; `a`: lines are added to it
   * @throws ConfigError `CONFIG_INVALID`
   */
  constructor(path: string, flag: 'wx' | 'a') {
    try {
      this.#fd = openSync(path, flag, 0o600)
    } catch (error) {
      const { code = 'no code' } = error as NodeJS.ErrnoException
      const because = code === 'EEXIST' ? 'it is there already, and is not written over' : code
      throw new ConfigError('CONFIG_INVALID', `capture: ${path} cannot be made: ${because}`)
    }
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; this.#open && at < bytes.length;) at += writeSync(this.#fd, bytes, at)
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    closeSync(this.#fd)
  }

  /** It was made in vain. */
  remove(path: string): void {
    this.close()
    rmSync(path, { force: true })
  }
}

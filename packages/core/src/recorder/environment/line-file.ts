import { constants, mkdirSync, open, openSync, write, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

/** Bytes that may wait for a slow disk. */
const longest = 2 ** 24
const { O_RDWR, O_CREAT } = constants
const opened = promisify(open)
const written = promisify(write)

/**
 * A file of its owner's alone that lines are added to, in their order, beside what the process does; what is left when it ends
 * is written then. Every byte has its place: what was under way at the end is written there once more, and stands there once.
 */
export class LineFile {
  readonly #path: string
  readonly #told: (error?: unknown) => void
  #file: number | undefined = undefined
  #place = 0
  #waiting: string[] = []
  #bytes = 0
  #underWay: Uint8Array | undefined = undefined
  #over = false

  /** @param told of each writing: nothing, or why it could not be */
  constructor(path: string, told: (error?: unknown) => void) {
    this.#path = path
    this.#told = told
    process.on('exit', () => this.#finish())
  }

  /** Says whether it is taken. */
  add(line: string): boolean {
    if (this.#bytes > longest) return false
    this.#bytes += Buffer.byteLength(line)
    this.#waiting.push(line)
    if (this.#over) this.#finish()
    else if (this.#underWay === undefined) void this.#drain()
    return true
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#over) {
      const bytes = this.#taken()
      this.#underWay = bytes
      try {
        await this.#write(bytes)
        this.#told()
      } catch (error) {
        this.#told(error)
      }
      this.#bytes -= bytes.length
      this.#underWay = undefined
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#file === undefined) {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
      this.#file = await opened(this.#path, O_RDWR | O_CREAT, 0o600)
    }
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await written(this.#file, bytes, at, bytes.length - at, this.#place + at)
      at += bytesWritten
    }
    this.#place += bytes.length
  }

  /** Nobody waits for promises any more. */
  #finish(): void {
    this.#over = true
    const bytes = Buffer.concat([this.#underWay ?? new Uint8Array(), this.#taken()])
    this.#underWay = undefined
    if (bytes.length === 0) return
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      this.#file ??= openSync(this.#path, O_RDWR | O_CREAT, 0o600)
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at, bytes.length - at, this.#place + at)
      this.#place += bytes.length
      this.#told()
    } catch (error) {
      this.#told(error)
    }
  }

  #taken(): Uint8Array {
    return Buffer.from(this.#waiting.splice(0).join(''))
  }
}

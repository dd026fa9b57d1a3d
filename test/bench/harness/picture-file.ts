import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { picture } from './picture.ts'

/** A picture on disk, so that nobody's memory has seen how it was made. */
export class PictureFile implements Disposable {
  readonly path: string
  readonly #folder: string

  constructor(size: number) {
    this.#folder = mkdtempSync(join(tmpdir(), 'penstock-bench-'))
    this.path = join(this.#folder, 'picture.png')
    writeFileSync(this.path, picture(size))
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

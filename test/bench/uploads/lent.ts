import { readFile } from 'node:fs/promises'

/**
 * Memory that goes back at the end of the block that uses it. Left to the collector, a picture's bytes bring on a full
 * collection every other upload, and cost whoever reads them as much as all else; so every subject gives them back.
 */
export class Lent implements Disposable {
  readonly bytes: Buffer<ArrayBuffer>

  constructor(bytes: Buffer<ArrayBuffer>) {
    this.bytes = bytes
  }

  [Symbol.dispose](): void {
    this.bytes.buffer.transfer(0)
  }
}

export const read = async (file: string) => new Lent(await readFile(file))

/** What who sends text makes of a picture. */
export async function base64(file: string): Promise<string> {
  using picture = await read(file)
  return picture.bytes.toString('base64')
}

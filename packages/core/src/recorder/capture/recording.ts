import type { Frame, PcapngWriter } from '../pcapng/pcapng-writer.ts'

/** Whether the keys to its packets may still come. */
export type Source = { readonly held: boolean }

/**
 * What goes into the file, and when. Packets of a handshake wait for its keys, and those behind them wait too, so that the
 * file is in order of time; unless that comes to too much.
 */
export class Recording {
  packets = 0
  readonly #writer: PcapngWriter
  readonly #most: number
  #waiting: { readonly source: Source; readonly frames: readonly Frame[]; readonly bytes: number }[] = []
  #bytes = 0

  /** @param most bytes that may wait */
  constructor(writer: PcapngWriter, most = 8_388_608) {
    this.#writer = writer
    this.#most = most
  }

  add(source: Source, frames: readonly Frame[]): void {
    const bytes = frames.reduce((sum, { data }) => sum + (data?.length ?? 0), 0)
    this.#waiting.push({ source, frames, bytes })
    this.#bytes += bytes
    this.flush()
  }

  secrets(lines: Buffer): void {
    this.#writer.secrets(lines)
  }

  /** What waits for nothing any more is written. */
  flush(): void {
    const first = this.#waiting.findIndex(({ source }) => source.held)
    this.#take(first === -1 ? this.#waiting.length : first)
    if (this.#bytes <= this.#most) return
    this.#waiting = this.#waiting.filter((one) => one.source.held || !this.#written(one))
    // one handshake alone is not as long as that: it is no handshake
    if (this.#bytes > this.#most) this.end()
  }

  /** Nothing waits any more. */
  end(): void {
    this.#take(this.#waiting.length)
  }

  #take(count: number): void {
    for (const one of this.#waiting.splice(0, count)) this.#written(one)
  }

  #written({ frames, bytes }: { readonly frames: readonly Frame[]; readonly bytes: number }): true {
    this.#writer.packets(frames)
    this.packets += frames.length
    this.#bytes -= bytes
    return true
  }
}

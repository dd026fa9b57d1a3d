import { enhancedPacket, rawInterface, sectionHeader, tlsSecrets } from './blocks.ts'
import { type Segment, tcpPacket } from './tcp-packet.ts'

/** One packet to be written. */
export type Frame = Segment & {
  /** Milliseconds since 1970, with their parts. */
  readonly at: number
  /** Shown by readers beside it: `frame.comment`. */
  readonly comment?: string | undefined
}

/**
 * What was said over TCP, as a pcapng file: a stream of blocks, whole at any time. Keys stand in it before the packets that
 * they open, so that readers need nothing but the file.
 */
export class PcapngWriter {
  readonly #write: (bytes: Buffer) => void

  /** @param write takes the file's bytes in order */
  constructor(write: (bytes: Buffer) => void, comment: string) {
    this.#write = write
    write(Buffer.concat([sectionHeader('Penstock', comment), rawInterface('penstock')]))
  }

  /** Lines of a TLS key log, each with its line break. */
  secrets(lines: Buffer): void {
    this.#write(tlsSecrets(lines))
  }

  packets(frames: readonly Frame[]): void {
    this.#write(Buffer.concat(frames.map((frame) => enhancedPacket(tcpPacket(frame), frame.at, frame.comment))))
  }
}

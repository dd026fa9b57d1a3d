import type { EscapedCount } from './escaped-length.ts'

/** The most bytes in one piece of a streamed body, and the size from which a body is streamed at all. */
export const pieceSize = 65_536

/** Room that an encoder may ask for at a time: six raw bytes become at most 24, the last of them stored with two more. */
export const slack = 26

/** The memory that is being filled, shared by the segments of one body. */
export type Block = { bytes: Buffer; at: number }

/**
 * Filled blocks. A consumer that is done with one may hand it back by `next(piece)`: its memory is used again, and a body
 * of any size is sent out of a block or two. `for…of` hands nothing back, and gets new memory each time.
 */
export type Blocks = Generator<Uint8Array, void, Uint8Array | undefined>

/**
 * A stretch of a body whose length is known before a byte of it is encoded. `write` yields the block whenever it is full;
 * room that is left in the end belongs to the next segment.
 */
export type Segment = {
  /** No more than its length, and known without a look at its bytes. */
  readonly least: number
  /** Of what must be looked at for that. @default the length is the least */
  readonly count?: EscapedCount
  readonly write: (block: Block) => Blocks
}

/** Yields what is filled, and empties the block. */
export function* flush(block: Block): Blocks {
  const spent = yield block.bytes.subarray(0, block.at)
  block.bytes = spent?.buffer.byteLength === pieceSize ? Buffer.from(spent.buffer) : Buffer.allocUnsafeSlow(pieceSize)
  block.at = 0
}

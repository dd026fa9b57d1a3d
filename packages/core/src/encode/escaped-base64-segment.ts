import { EscapedCount } from './escaped-length.ts'
import { escapedTail, tailAt, writePairs } from './escaped-pairs.ts'
import { flush, type Segment, slack } from './segment.ts'

/** The base64 of `bytes`, escaped for a form and encoded block by block: it never stands in memory as a whole. */
export const escapedBase64Segment = (bytes: Uint8Array): Segment => ({
  least: Math.ceil(bytes.length / 3) * 4,
  count: new EscapedCount(bytes),
  *write(block) {
    const end = tailAt(bytes)
    for (let from = 0; from < end;) {
      if (block.bytes.length - block.at < slack) yield* flush(block)
      from = writePairs(block, bytes, from, end)
    }
    if (block.bytes.length - block.at < slack) yield* flush(block)
    block.at += block.bytes.write(escapedTail(bytes), block.at)
  },
})

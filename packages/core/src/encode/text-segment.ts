import { flush, type Segment } from './segment.ts'

/** Text that stands in the body as it is, in UTF-8. */
export function textSegment(text: string): Segment {
  const bytes = Buffer.from(text)
  return {
    least: bytes.length,
    *write(block) {
      for (let from = 0; from < bytes.length;) {
        if (block.at === block.bytes.length) yield* flush(block)
        const copied = bytes.copy(block.bytes, block.at, from)
        block.at += copied
        from += copied
      }
    },
  }
}

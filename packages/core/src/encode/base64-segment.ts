import { flush, type Segment } from './segment.ts'

/** The base64 of `bytes`, encoded block by block: it never stands in memory as a whole. */
export function base64Segment(bytes: Uint8Array): Segment {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return {
    least: Math.ceil(bytes.length / 3) * 4,
    *write(block) {
      for (let from = 0; from < bytes.length;) {
        if (block.bytes.length - block.at < 4) yield* flush(block)
        const to = from + Math.floor((block.bytes.length - block.at) / 4) * 3
        block.at += block.bytes.write(view.toString('base64', from, to), block.at, 'latin1')
        from = to
      }
    },
  }
}

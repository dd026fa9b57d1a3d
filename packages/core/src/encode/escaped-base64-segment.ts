import { type Block, flush, type Segment, slack } from './segment.ts'

/** The base64 of `bytes`, escaped for a form and encoded block by block: it never stands in memory as a whole. */
export function escapedBase64Segment(bytes: Uint8Array): Segment {
  return {
    length: escapedLength(bytes),
    *write(block) {
      const end = tailAt(bytes)
      for (let from = 0; from < end;) {
        if (block.bytes.length - block.at < slack) yield* flush(block)
        from = fill(block, bytes, from, end)
      }
      if (block.bytes.length - block.at < slack) yield* flush(block)
      block.at += block.bytes.write(escapedTail(bytes), block.at)
    },
  }
}

/** The length of the base64 of `bytes` with `+`, `/` and `=` escaped, exact to the byte. One pass, no memory. */
export function escapedLength(bytes: Uint8Array): number {
  const end = tailAt(bytes)
  let length = 0
  for (let at = 0; at < end; at += 3) {
    const triple = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    length += size[triple >>> 12]! + size[triple & 4095]!
  }
  return length + escapedTail(bytes).length
}

/** Encodes triples while the block has room for one at its longest; hands back where in `bytes` it stopped. */
function fill(block: Block, bytes: Uint8Array, from: number, to: number): number {
  const raw = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const view = new DataView(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length)
  const last = block.bytes.length - slack
  let { at } = block
  let next = from
  for (; next < to && at <= last; next += 3) {
    // one load for three bytes, and a fourth that is dropped; one store for a pair, eight bytes however many count:
    // three times as fast as byte by byte, and a branch would cost more than the store
    const bits = raw.getUint32(next)
    const first = bits >>> 20
    const second = (bits >>> 8) & 4095
    view.setFloat64(at, pairs[first]!, true)
    at += size[first]!
    view.setFloat64(at, pairs[second]!, true)
    at += size[second]!
  }
  block.at = at
  return next
}

/** Where the last one to three bytes begin: they may need padding, and have no fourth byte after them to load. */
const tailAt = (bytes: Uint8Array): number => Math.max(0, Math.ceil(bytes.length / 3) - 1) * 3

const escapedTail = (bytes: Uint8Array): string =>
  encodeURIComponent(Buffer.from(bytes.subarray(tailAt(bytes))).toString('base64'))

// Twelve bits are two base64 characters, 2 to 6 bytes once escaped: how many, and the bytes themselves as the bits of a
// double. Its last two bytes are zero, so it is never a NaN, whose bits need not survive.
const size = new Uint8Array(4096)
const pairs = new Float64Array(4096)
for (let bits = 0; bits < 4096; bits++) {
  const pair = Buffer.of(bits >>> 4, (bits & 15) << 4)
    .toString('base64')
    .slice(0, 2)
  const escaped = Buffer.alloc(8)
  size[bits] = escaped.write(encodeURIComponent(pair))
  pairs[bits] = escaped.readDoubleLE(0)
}

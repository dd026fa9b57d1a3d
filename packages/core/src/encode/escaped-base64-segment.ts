import { type Block, flush, type Segment, slack } from './segment.ts'

/** The base64 of `bytes`, escaped for a form and encoded block by block: it never stands in memory as a whole. */
export function escapedBase64Segment(bytes: Uint8Array): Segment {
  return {
    length: escapedLength(bytes),
    *write(block) {
      const whole = bytes.length - (bytes.length % 3)
      for (let from = 0; from < whole;) {
        if (block.bytes.length - block.at < slack) yield* flush(block)
        from = fill(block, bytes, from, whole)
      }
      if (block.bytes.length - block.at < slack) yield* flush(block)
      block.at += block.bytes.write(escapedTail(bytes), block.at, 'latin1')
    },
  }
}

/** The length of the base64 of `bytes` with `+`, `/` and `=` escaped, exact to the byte. One pass, no memory. */
export function escapedLength(bytes: Uint8Array): number {
  const whole = bytes.length - (bytes.length % 3)
  let length = 0
  for (let at = 0; at < whole; at += 3) {
    const triple = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    length += size[triple >>> 12]! + size[triple & 4095]!
  }
  return length + escapedTail(bytes).length
}

/** Encodes triples while the block has room for one at its longest; hands back where in `bytes` it stopped. */
function fill(block: Block, bytes: Uint8Array, from: number, to: number): number {
  const view = new DataView(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length)
  const last = block.bytes.length - slack
  let { at } = block
  let next = from
  for (; next < to && at <= last; next += 3) {
    const triple = (bytes[next]! << 16) | (bytes[next + 1]! << 8) | bytes[next + 2]!
    const first = triple >>> 12
    const second = triple & 4095
    // six bytes are stored each time, however many count: a branch costs more than the stores
    view.setUint32(at, head[first]!, true)
    view.setUint16(at + 4, rest[first]!, true)
    at += size[first]!
    view.setUint32(at, head[second]!, true)
    view.setUint16(at + 4, rest[second]!, true)
    at += size[second]!
  }
  block.at = at
  return next
}

/** The one or two bytes beyond the last triple, padded. */
const escapedTail = (bytes: Uint8Array): string =>
  encodeURIComponent(Buffer.from(bytes.subarray(bytes.length - (bytes.length % 3))).toString('base64'))

// Twelve bits are two base64 characters, 2 to 6 bytes once escaped: their number, the first four and the last two.
const size = new Uint8Array(4096)
const head = new Uint32Array(4096)
const rest = new Uint16Array(4096)
for (let bits = 0; bits < 4096; bits++) {
  const pair = Buffer.of(bits >>> 4, (bits & 15) << 4)
    .toString('base64')
    .slice(0, 2)
  const escaped = Buffer.alloc(6)
  size[bits] = escaped.write(encodeURIComponent(pair))
  head[bits] = escaped.readUInt32LE(0)
  rest[bits] = escaped.readUInt16LE(4)
}

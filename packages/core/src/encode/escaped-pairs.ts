import { type Block, slack } from './segment.ts'

/** Bytes that six at a time make, from and to where there are such six: a multiple of six, before {@link tailAt}. */
export function countPairs(bytes: Uint8Array, from: number, to: number): number {
  if (size[0] === 0) fillTables()
  const raw = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let length = 0
  for (let at = from; at < to; at += 6) {
    const bits = raw.getUint32(at)
    const more = raw.getUint32(at + 3)
    length += size[bits >>> 20]! + size[(bits >>> 8) & 4095]! + size[more >>> 20]! + size[(more >>> 8) & 4095]!
  }
  return length
}

/** Encodes six bytes at a time while the block has room for them at their longest; hands back where it stopped. */
export function writePairs(block: Block, bytes: Uint8Array, from: number, to: number): number {
  if (size[0] === 0) fillTables()
  const raw = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const view = new DataView(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length)
  const last = block.bytes.length - slack
  let { at } = block
  let next = from
  for (; next < to && at <= last; next += 6) {
    // one load for three bytes, and a fourth that is dropped: a load for each byte takes twice as long
    const bits = raw.getUint32(next)
    const more = raw.getUint32(next + 3)
    at = put(view, at, bits >>> 20)
    at = put(view, at, (bits >>> 8) & 4095)
    at = put(view, at, more >>> 20)
    at = put(view, at, (more >>> 8) & 4095)
  }
  block.at = at
  return next
}

/** One store of eight bytes, however many count: a branch would cost more. */
function put(view: DataView, at: number, bits: number): number {
  view.setFloat64(at, pairs[bits]!, true)
  return at + size[bits]!
}

/** Where the last one to six bytes begin: they may need padding, and have no byte after them to load. */
export const tailAt = (bytes: Uint8Array): number => Math.max(0, Math.ceil(bytes.length / 6) - 1) * 6

/** Memory that its owner has given away meanwhile has none, and is missed when it is sent. */
export const escapedTail = (bytes: Uint8Array): string =>
  bytes.length === 0 ? '' : encodeURIComponent(Buffer.from(bytes.subarray(tailAt(bytes))).toString('base64'))

// Twelve bits are two base64 characters, 2 to 6 bytes once escaped: how many, and the bytes themselves as the bits of a
// double. Its last two bytes are zero, so it is never a NaN, whose bits need not survive. Not exported: read across modules,
// they cost each step a look at what they are.
const size = new Uint8Array(4096)
const pairs = new Float64Array(4096)

/** When the first length is asked for: it takes longer than importing everything. */
function fillTables(): void {
  for (let bits = 0; bits < 4096; bits++) {
    const pair = Buffer.of(bits >>> 4, (bits & 15) << 4)
      .toString('base64')
      .slice(0, 2)
    const escaped = Buffer.alloc(8)
    size[bits] = escaped.write(encodeURIComponent(pair))
    pairs[bits] = escaped.readDoubleLE(0)
  }
}

import type { Body } from '../body.ts'
import { CountedBody } from './counted-body.ts'
import { type Block, type Blocks, flush, pieceSize, type Segment, slack } from './segment.ts'

/** Bytes of a body that nobody needs to wait for to be counted. */
const atOnce = 262_144

/** One body of known length: bytes when it is small, else a recipe that encodes anew for every attempt. */
export function sizedBody(segments: readonly Segment[]): Body {
  const open = (length: number) => checked(blocks(segments, pieceSize), length)
  const counts = segments.flatMap(({ count }) => count ?? [])
  const least = segments.reduce((sum, segment) => sum + segment.least, 0)
  if (counts.length > 0 && least >= atOnce) return new CountedBody(counts, () => lengthOf(segments), open)
  const length = lengthOf(segments)
  if (length >= pieceSize) return { kind: 'factory', length, open: () => open(length) }
  return { kind: 'bytes', bytes: whole(segments) }
}

/** All segments in one buffer, each encoded where it is to stand. */
export function whole(segments: readonly Segment[]): Uint8Array {
  const [bytes = Buffer.alloc(0)] = blocks(segments, lengthOf(segments) + slack)
  return bytes
}

const lengthOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { least, count }) => sum + (count?.length ?? least), 0)

function* blocks(segments: readonly Segment[], room: number): Blocks {
  const block: Block = { bytes: Buffer.allocUnsafeSlow(room), at: 0 }
  for (const segment of segments) yield* segment.write(block)
  if (block.at > 0) yield* flush(block)
}

/** @throws TypeError rather than let through more, or end with less, than the Content-Length says */
function* checked(given: Blocks, length: number): Blocks {
  let left = length
  for (let next = given.next(); !next.done;) {
    left -= next.value.length
    if (left < 0) break
    next = given.next(yield next.value)
  }
  if (left !== 0) throw new TypeError('The bytes to send changed after their length was taken: hand in a copy')
}

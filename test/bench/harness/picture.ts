import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A PNG as far as anybody looks before it is sent: the same bytes each time, and as random as a compressed picture's. */
export function picture(size: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(3_000, 0)
  header.writeUInt32BE(2_000, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  const around = signature.length + 3 * 12 + header.length
  const noise = createHash('shake256', { outputLength: size - around })
    .update('penstock')
    .digest()
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', noise), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)])
}

/** The blocks of a pcapng file, after draft-ietf-opsawg-pcapng. Little-endian throughout. */

/** Of the file: who wrote it, and what must be known of it. */
export function sectionHeader(application: string, comment: string): Buffer {
  const head = Buffer.alloc(16)
  head.writeUInt32LE(0x1a2b3c4d, 0)
  head.writeUInt16LE(1, 4)
  // its length is not known yet
  head.writeBigInt64LE(-1n, 8)
  return block(0x0a0d0d0a, [head, option(1, comment), option(4, application), end])
}

/** Packets that begin by their IP header, times in microseconds. */
export function rawInterface(name: string): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16LE(101, 0)
  return block(1, [head, option(2, name), option(9, Buffer.from([6])), end])
}

/** Lines of a TLS key log. They are for packets that stand after them. */
export function tlsSecrets(lines: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(0x544c534b, 0)
  head.writeUInt32LE(lines.length, 4)
  return block(0x0a, [head, padded(lines)])
}

/** @param at milliseconds since 1970 */
export function enhancedPacket(packet: Buffer, at: number, comment: string | undefined): Buffer {
  const head = Buffer.alloc(20)
  const microseconds = Math.round(at * 1000)
  head.writeUInt32LE(Math.floor(microseconds / 2 ** 32), 4)
  head.writeUInt32LE(microseconds % 2 ** 32, 8)
  head.writeUInt32LE(packet.length, 12)
  head.writeUInt32LE(packet.length, 16)
  return block(6, [head, padded(packet), ...(comment === undefined ? [] : [option(1, comment), end])])
}

function block(type: number, parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 12)
  const head = Buffer.alloc(8)
  const tail = Buffer.alloc(4)
  head.writeUInt32LE(type, 0)
  head.writeUInt32LE(length, 4)
  tail.writeUInt32LE(length, 0)
  return Buffer.concat([head, ...parts, tail])
}

function option(code: number, value: string | Buffer): Buffer {
  const bytes = cut(Buffer.from(value as string))
  const head = Buffer.alloc(4)
  head.writeUInt16LE(code, 0)
  head.writeUInt16LE(bytes.length, 2)
  return Buffer.concat([head, padded(bytes)])
}

/** A length has 16 bits; whole characters stay whole. */
function cut(bytes: Buffer): Buffer {
  if (bytes.length <= longest) return bytes
  let at = longest
  while ((bytes[at]! & 0xc0) === 0x80) at--
  return bytes.subarray(0, at)
}

const longest = 4096
const end = Buffer.alloc(4)
const padded = (bytes: Buffer): Buffer =>
  bytes.length % 4 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - (bytes.length % 4))])

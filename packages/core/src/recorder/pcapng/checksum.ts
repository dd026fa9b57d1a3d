/** The checksum of IP and TCP over all parts, each but the last of an even number of bytes. */
export function checksum(...parts: readonly Buffer[]): number {
  let sum = 0
  for (const part of parts) {
    const even = part.length & ~1
    for (let at = 0; at < even; at += 2) sum += (part[at]! << 8) | part[at + 1]!
    if (even < part.length) sum += part[even]! << 8
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

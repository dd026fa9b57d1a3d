import { checksum } from './checksum.ts'

/** One end of a TCP connection. */
export type End = { readonly address: Buffer; readonly port: number }

export type Segment = {
  readonly from: End
  readonly to: End
  readonly seq: number
  readonly ack: number
  /** Of {@link flags}. */
  readonly flags: number
  readonly data?: Buffer
}

export const flags = { fin: 1, syn: 2, rst: 4, push: 8, ack: 16 } as const

/** A segment in its packet, as it stands on a line without Ethernet: IPv4 or IPv6 by the length of the addresses. */
export function tcpPacket({ from, to, seq, ack, flags: set, data = none }: Segment): Buffer {
  const options = (set & flags.syn) === 0 ? none : synOptions
  const head = Buffer.alloc(20 + options.length)
  head.writeUInt16BE(from.port, 0)
  head.writeUInt16BE(to.port, 2)
  head.writeUInt32BE(seq >>> 0, 4)
  head.writeUInt32BE(ack >>> 0, 8)
  head[12] = (head.length / 4) << 4
  head[13] = set
  head.writeUInt16BE(0xffff, 14)
  options.copy(head, 20)
  const length = Buffer.alloc(4)
  length.writeUInt16BE(head.length + data.length, 2)
  head.writeUInt16BE(checksum(from.address, to.address, tcp, length, head, data), 16)
  const ip = from.address.length === 4 ? ipv4 : ipv6
  return Buffer.concat([ip(from.address, to.address, head.length + data.length), head, data])
}

function ipv4(from: Buffer, to: Buffer, length: number): Buffer {
  const head = Buffer.alloc(20)
  head[0] = 0x45
  head.writeUInt16BE(20 + length, 2)
  head[6] = 0x40
  head[8] = 64
  head[9] = 6
  from.copy(head, 12)
  to.copy(head, 16)
  head.writeUInt16BE(checksum(head), 10)
  return head
}

function ipv6(from: Buffer, to: Buffer, length: number): Buffer {
  const head = Buffer.alloc(40)
  head[0] = 0x60
  head.writeUInt16BE(length, 4)
  head[6] = 6
  head[7] = 64
  from.copy(head, 8)
  to.copy(head, 24)
  return head
}

const none = Buffer.alloc(0)
const tcp = Buffer.from([0, 6])
/** Segments of 1400 bytes, and windows 128 times what the field says: no reader takes a window for full. */
const synOptions = Buffer.from([2, 4, 1400 >> 8, 1400 & 255, 1, 3, 3, 7])

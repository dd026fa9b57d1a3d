import dgram from 'node:dgram'
import { once } from 'node:events'

/** Addresses of a name, or how the server fails it. A name that is not listed does not exist. */
export type Zone = Readonly<Record<string, readonly string[] | 'SERVFAIL' | 'REFUSED' | 'silence'>>

export type NameServer = AsyncDisposable & {
  /** `127.0.0.1:5353` */
  readonly address: string
  /** Names it was asked for. */
  readonly asked: readonly string[]
}

/** A name server over UDP on this machine. */
export async function nameServer(zone: Zone, port = 0): Promise<NameServer> {
  const asked: string[] = []
  const socket = dgram.createSocket('udp4', (query, { address, port: to }) => {
    const [name, type] = question(query)
    asked.push(name)
    const known = zone[name]
    if (known !== 'silence') socket.send(answer(query, known, type), to, address)
  })
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(resolve))
    },
  }
}

const header = 12

function question(query: Buffer): [name: string, type: number] {
  const labels: string[] = []
  let at = header
  while (query[at] !== 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!))
    at += query[at]! + 1
  }
  return [labels.join('.').toLowerCase(), query.readUInt16BE(at + 1)]
}

const codes = { SERVFAIL: 2, REFUSED: 5 } as const
const types: Readonly<Record<number, (address: string) => Buffer | undefined>> = {
  1: (address) => (address.includes(':') ? undefined : Buffer.from(address.split('.').map(Number))),
  28: (address) => (address.includes(':') ? sixteen(address) : undefined),
}

function answer(query: Buffer, known: Zone[string] | undefined, type: number): Buffer {
  const code = known === undefined ? 3 : typeof known === 'string' && known !== 'silence' ? codes[known] : 0
  const found = Array.isArray(known) ? known.flatMap((address: string) => types[type]?.(address) ?? []) : []
  const records = found.map((data) => {
    const record = Buffer.alloc(header)
    // the name of the question, class IN, no life
    record.writeUInt16BE(0xc00c, 0)
    record.writeUInt16BE(type, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt16BE(data.length, 10)
    return Buffer.concat([record, data])
  })
  const end = query.indexOf(0, header) + 5
  const head = Buffer.from(query.subarray(0, end))
  // an answer, recursion desired and to be had
  head.writeUInt16BE(0x8180 | code, 2)
  head.writeUInt16BE(records.length, 6)
  head.writeUInt32BE(0, 8)
  return Buffer.concat([head, ...records])
}

function sixteen(address: string): Buffer {
  const [left = '', right = ''] = address.split('::')
  const words = (text: string) => text.split(':').filter(Boolean)
  const gap = 8 - words(left).length - words(right).length
  const all = [...words(left), ...Array<string>(gap).fill('0'), ...words(right)]
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex')
}

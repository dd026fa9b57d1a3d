import type net from 'node:net'
import type { TLSSocket } from 'node:tls'
import { systemClock } from '../../clock.ts'
import type { Tape } from '../../transports/tap.ts'
import { addressBytes } from '../pcapng/address-bytes.ts'
import type { Frame } from '../pcapng/pcapng-writer.ts'
import { type End, flags } from '../pcapng/tcp-packet.ts'
import type { Recording, Source } from './recording.ts'

type Side = 'client' | 'server'

/** One connection as packets: its bytes are those of the wire, its TCP is made up around them. */
export class Conversation implements Tape, Source {
  readonly outward: net.Socket
  readonly #recording: Recording
  /** What is to be added to the process's clock for the time of day. */
  readonly #epoch: number
  #ends: Record<Side, End> | undefined = undefined
  readonly #seq: Record<Side, number>
  readonly #finished = new Set<Side>()
  #labels: string[] = []
  #handshakes = 0

  constructor(outward: net.Socket, recording: Recording, epoch: number, id: number) {
    this.outward = outward
    this.#recording = recording
    this.#epoch = epoch
    // apart from each other, should a pair of ports come again
    const start = Math.imul(id, 0x10_0001) >>> 0
    this.#seq = { client: start, server: (start + 0x8000_0000) >>> 0 }
  }

  get held(): boolean {
    return this.#handshakes > 0
  }

  begins(label: string): void {
    this.#labels.push(label)
  }

  /** Its packets wait for the keys of this socket. */
  secures(socket: TLSSocket): void {
    this.#handshakes++
    const over = () => {
      this.#handshakes--
      socket.off('secureConnect', over).off('close', over)
      this.#recording.flush()
    }
    socket.once('secureConnect', over).once('close', over)
  }

  opened(): void {
    const { localAddress, localPort, remoteAddress, remotePort } = this.outward
    if (localAddress === undefined || remoteAddress === undefined) return
    this.#ends = {
      client: { address: addressBytes(localAddress), port: localPort! },
      server: { address: addressBytes(remoteAddress), port: remotePort! },
    }
    const { syn, ack } = flags
    this.#add([this.#frame('client', syn, 0), this.#frame('server', syn | ack), this.#frame('client', ack)])
  }

  /** An address that could not be connected to. The port it was tried from nobody knows. */
  refused(address: string, port: number, code: string | undefined): void {
    const server = { address: addressBytes(address), port }
    const client = { address: Buffer.alloc(server.address.length), port: 0 }
    const at = this.#now()
    const { client: seq } = this.#seq
    const asked: Frame = { from: client, to: server, seq, ack: 0, flags: flags.syn, at, comment: code }
    const { rst, ack } = flags
    const refusal: Frame = { from: server, to: client, seq: 0, ack: seq + 1, flags: rst | ack, at }
    this.#recording.add(this, code === 'ECONNREFUSED' ? [asked, refusal] : [asked])
  }

  data(side: Side, bytes: Buffer): void {
    if (this.#ends === undefined) return
    const frames: Frame[] = []
    for (let at = 0; at < bytes.length; at += 1400) {
      const comment = side === 'client' ? this.#label() : undefined
      frames.push(this.#frame(side, flags.push | flags.ack, undefined, bytes.subarray(at, at + 1400), comment))
    }
    this.#add([...frames, this.#frame(side === 'client' ? 'server' : 'client', flags.ack)])
  }

  /** This side says no more. */
  finished(side: Side): void {
    if (this.#ends === undefined || this.#finished.has(side)) return
    this.#finished.add(side)
    this.#add([
      this.#frame(side, flags.fin | flags.ack),
      this.#frame(side === 'client' ? 'server' : 'client', flags.ack),
    ])
  }

  /** This side cut it. */
  cut(side: Side): void {
    if (this.#ends === undefined || this.#finished.size === 2) return
    this.#finished.add('client').add('server')
    this.#add([this.#frame(side, flags.rst | flags.ack)])
  }

  #label(): string | undefined {
    if (this.#labels.length === 0) return undefined
    const comment = this.#labels.join('\n')
    this.#labels = []
    return comment
  }

  #frame(side: Side, set: number, ack?: number, data?: Buffer, comment?: string): Frame {
    const other = side === 'client' ? 'server' : 'client'
    const seq = this.#seq[side]
    const taken = (data?.length ?? 0) + ((set & (flags.syn | flags.fin)) === 0 ? 0 : 1)
    this.#seq[side] = (seq + taken) >>> 0
    const { [side]: from, [other]: to } = this.#ends!
    return {
      from,
      to,
      seq,
      ack: ack ?? this.#seq[other],
      flags: set,
      ...(data && { data }),
      at: this.#now(),
      comment,
    }
  }

  #now(): number {
    return this.#epoch + systemClock.now()
  }

  #add(frames: readonly Frame[]): void {
    this.#recording.add(this, frames)
  }
}

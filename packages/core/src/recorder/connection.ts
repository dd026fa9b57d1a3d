import type { TLSSocket } from 'node:tls'
import { systemClock } from '../clock.ts'
import type { Tape } from '../transports/tap.ts'
import { type TlsFacts, tlsFacts } from './tls-facts.ts'

/** One address that was tried. */
export type AddressTry = { readonly address: string; readonly family: number; readonly at: number; code?: string }

/** Bytes of a TLS handshake, on the wire. */
export type HandshakeBytes = { readonly sent: number; readonly received: number }

let count = 0

/** One connection, from the first look at its name to its end. Times in milliseconds on the process's monotonic clock. */
export class Connection {
  readonly id: number = ++count
  readonly startedAt: number = systemClock.now()
  lookedUpAt: number | undefined = undefined
  connectedAt: number | undefined = undefined
  /** The request may be written. */
  readyAt: number | undefined = undefined
  /** When it came to nothing, before it was ready. */
  failedAt: number | undefined = undefined
  /** Of the server, or of the proxy before it. */
  address: string | undefined = undefined
  port: number | undefined = undefined
  localPort: number | undefined = undefined
  /** Every address that was tried, in order. */
  readonly tries: AddressTry[] = []
  /** Whether TLS is to be spoken on it. */
  secured = false
  tls: TlsFacts | undefined = undefined
  #tcp: Counting | undefined = undefined
  #handshake: HandshakeBytes | undefined = undefined
  /** Undefined unless what goes over it is taken down. */
  tape: Tape | undefined = undefined
  /** Requests it has carried. */
  uses = 0
  /** Since when nobody uses it. */
  idleSince: number | undefined = undefined

  tried(address: string, family: number): void {
    const at = systemClock.now()
    // an address that was given needs no looking up
    this.lookedUpAt ??= at
    this.tries.push({ address, family, at })
  }

  failed(address: string, code: string | undefined): void {
    const tried = this.tries.find((one) => one.address === address && one.code === undefined)
    if (tried !== undefined) tried.code = code ?? 'unknown'
  }

  /**
   * By the socket that is open now. A later leg, behind a proxy, leaves the address as it is.
   *
   * @param outward the one that leaves the process, if it is not the same
   */
  opened(socket: Ends, outward: Ends = socket): void {
    if (this.connectedAt !== undefined) return
    const { remoteAddress, remotePort, localPort } = outward
    this.connectedAt = systemClock.now()
    this.#tcp = beneath(socket)
    this.address = remoteAddress
    this.port = remotePort
    this.localPort = localPort
  }

  /** What the handshake showed, also one that failed. */
  shown(socket: TLSSocket): void {
    this.tls = tlsFacts(socket) ?? this.tls
  }

  /** What the handshake has taken so far; undefined without TLS, and where the bytes cannot be counted. */
  get handshake(): HandshakeBytes | undefined {
    const { bytesWritten, bytesRead } = this.#tcp ?? {}
    if (bytesWritten === undefined || bytesRead === undefined) return this.#handshake
    return { sent: bytesWritten, received: bytesRead }
  }

  ready(): void {
    this.readyAt = systemClock.now()
    this.#counted()
  }

  ended(): void {
    if (this.readyAt !== undefined) return
    this.failedAt = systemClock.now()
    this.#counted()
  }

  #counted(): void {
    this.#handshake = this.handshake
    this.#tcp = undefined
  }
}

/** Node counts what TLS itself sends only on the handle beneath, and shows that to nobody. Undefined without TLS. */
function beneath(socket: object): Counting | undefined {
  const handle: unknown = Reflect.get(socket, '_handle')
  return Object(handle) === handle ? (Reflect.get(handle as object, '_parent') as Counting | undefined) : undefined
}

type Ends = {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly localPort?: number | undefined
}

type Counting = { readonly bytesRead?: number; readonly bytesWritten?: number }

import type { TLSSocket } from 'node:tls'
import { systemClock } from '../clock.ts'
import { type TlsFacts, tlsFacts } from './tls-facts.ts'

/** One address that was tried. */
export type AddressTry = { readonly address: string; readonly family: number; readonly at: number; code?: string }

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

  /** By the socket that is open now. A later leg, behind a proxy, leaves the address as it is. */
  opened({
    remoteAddress,
    remotePort,
    localPort,
  }: {
    remoteAddress?: string | undefined
    remotePort?: number | undefined
    localPort?: number | undefined
  }): void {
    if (this.connectedAt !== undefined) return
    this.connectedAt = systemClock.now()
    this.address = remoteAddress
    this.port = remotePort
    this.localPort = localPort
  }

  /** What the handshake showed, also one that failed. */
  shown(socket: TLSSocket): void {
    this.tls = tlsFacts(socket) ?? this.tls
  }

  ready(): void {
    this.readyAt = systemClock.now()
  }

  ended(): void {
    if (this.readyAt === undefined) this.failedAt = systemClock.now()
  }
}

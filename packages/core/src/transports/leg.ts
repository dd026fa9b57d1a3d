import net from 'node:net'
import tls from 'node:tls'
import type { Addresses, TlsOptions } from '../wire-options.ts'
import { lookupIn } from './lookup-in.ts'
import type { Tap } from './tap.ts'
import { checkIdentity, secureContext } from './trust.ts'

/** One end to connect to, the same way every time: an origin, or the proxy before it. */
export class Leg {
  readonly host: string
  readonly port: number
  readonly #secure: tls.ConnectionOptions | undefined
  readonly #to: net.TcpNetConnectOpts
  readonly #tap: Tap | undefined
  /** Of the last connection that was trusted, so that the next need not shake hands in full. */
  #session: Buffer | undefined = undefined

  constructor(
    origin: string,
    options: TlsOptions | undefined,
    protocols: readonly string[],
    addresses: Addresses | undefined,
    tap: Tap | undefined,
  ) {
    const url = new URL(origin)
    this.host = url.hostname.replace(/^\[|\]$/g, '')
    this.port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
    this.#tap = tap
    this.#to = {
      host: this.host,
      port: this.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      autoSelectFamily: true,
      ...(addresses && { lookup: lookupIn(addresses) }),
    }
    if (url.protocol !== 'https:') return
    const name = options?.serverName || this.host
    const identity = checkIdentity(options)
    this.#secure = {
      servername: options?.serverName ?? (this.isNamed ? this.host : ''),
      secureContext: secureContext(options),
      ALPNProtocols: [...protocols],
      // said here, or NODE_TLS_REJECT_UNAUTHORIZED decides
      rejectUnauthorized: true,
      // Node takes the host that is connected to for the name, and a tap leads elsewhere
      checkServerIdentity: (_, certificate) => identity(name, certificate),
    }
  }

  get isSecure(): boolean {
    return this.#secure !== undefined
  }

  /** Whether its address is to be looked up. */
  get isNamed(): boolean {
    return net.isIP(this.host) === 0
  }

  /** `host:port`, as CONNECT writes it. */
  authority(host: string = this.host): string {
    return `${host.includes(':') ? `[${host}]` : host}:${this.port}`
  }

  /** A socket of its own. It is open by `connect`, or by `secureConnect` where it is secured. */
  connect(): net.Socket {
    return this.#tap === undefined ? this.#open(this.#to) : this.#tap.connect(this.#to, (to) => this.#open(to))
  }

  #open(to: net.TcpNetConnectOpts): net.Socket {
    return this.#secure === undefined ? net.connect(to) : this.#secured(to)
  }

  /** Secured through a socket that leads there. */
  over(socket: net.Socket): tls.TLSSocket {
    const secured = this.#secured({ socket, host: this.host })
    this.#tap?.secures(secured, socket)
    return secured
  }

  #secured(to: tls.ConnectionOptions): tls.TLSSocket {
    const socket = tls.connect({ ...to, ...this.#secure, ...(this.#session && { session: this.#session }) })
    let trusted = false
    let early: Buffer | undefined
    socket.on('session', (session: Buffer) => {
      if (trusted) this.#session = session
      else early = session
    })
    socket.once('secureConnect', () => {
      trusted = true
      if (early !== undefined) this.#session = early
    })
    socket.once('error', () => {
      // a session that the server no longer takes is not offered again
      if (!trusted) this.#session = undefined
    })
    return socket
  }
}

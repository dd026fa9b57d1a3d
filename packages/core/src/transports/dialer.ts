import net from 'node:net'
import tls from 'node:tls'
import { systemClock } from '../clock.ts'
import type { Phase } from '../outcome.ts'
import type { WireOptions } from '../wire-options.ts'
import { checkIdentity, secureContext } from './trust.ts'

/** Makes the connections of one pool, the same way for every transport: straight to the origin, by no proxy. */
export class Dialer {
  readonly #host: string
  readonly #port: number
  readonly #secure: tls.ConnectionOptions | undefined
  readonly #timeout: number
  /** Of the last connection that was trusted, so that the next need not shake hands in full. */
  #session: Buffer | undefined = undefined

  constructor(origin: string, { tls: options }: WireOptions, timeout: number, protocols: readonly string[]) {
    const url = new URL(origin)
    this.#host = url.hostname.replace(/^\[|\]$/g, '')
    this.#port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
    this.#timeout = timeout
    if (url.protocol !== 'https:') return
    this.#secure = {
      servername: options?.serverName ?? (net.isIP(this.#host) === 0 ? this.#host : ''),
      secureContext: secureContext(options),
      ALPNProtocols: [...protocols],
      // said here, or NODE_TLS_REJECT_UNAUTHORIZED decides
      rejectUnauthorized: true,
      checkServerIdentity: checkIdentity(options),
    }
  }

  dial(): Dial {
    const to = { host: this.#host, port: this.#port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
    const socket =
      this.#secure === undefined
        ? net.connect(to)
        : tls.connect({ ...to, ...this.#secure, ...(this.#session && { session: this.#session }) })
    const dial = new Dial(socket, net.isIP(this.#host) === 0 ? 'dns' : 'connect', this.#timeout)
    if (this.#secure === undefined) socket.once('connect', () => dial.done())
    else this.#secured(dial, socket as tls.TLSSocket)
    return dial
  }

  #secured(dial: Dial, socket: tls.TLSSocket): void {
    let early: Buffer | undefined
    socket.on('session', (session: Buffer) => {
      if (dial.stage === 'ready') this.#session = session
      else early = session
    })
    socket.once('connect', () => (dial.stage = 'tls'))
    socket.once('secureConnect', () => {
      if (early !== undefined) this.#session = early
      dial.done()
    })
    socket.once('error', () => {
      // a session that the server no longer takes is not offered again
      if (dial.stage !== 'ready') this.#session = undefined
    })
  }
}

/** One connection on its way, and how far it has come. */
export class Dial {
  readonly socket: net.Socket
  stage: Phase | 'ready'
  /** The first error of the socket, whatever a library makes of it. */
  fault: Error | undefined = undefined
  #tells: (() => void)[] = []
  readonly #timer: ReturnType<typeof systemClock.setTimer> | undefined

  constructor(socket: net.Socket, stage: Phase, timeout: number) {
    this.socket = socket
    this.stage = stage
    dials.set(socket, this)
    socket.once('lookup', (error: Error | null) => {
      if (error === null) this.stage = 'connect'
    })
    socket.on('error', (error) => (this.fault ??= error))
    if (timeout === 0) return
    this.#timer = systemClock.setTimer(() => socket.destroy(new ConnectTimeout(timeout)), timeout)
    socket.once('close', () => systemClock.clearTimer(this.#timer!))
  }

  /** Called when the socket may be written to; never, if it comes to nothing. */
  whenReady(tell: () => void): void {
    if (this.stage === 'ready') tell()
    else this.#tells.push(tell)
  }

  done(): void {
    this.stage = 'ready'
    for (const tell of this.#tells) tell()
    this.#tells = []
    if (this.#timer !== undefined) systemClock.clearTimer(this.#timer)
  }
}

const dials = new WeakMap<net.Socket, Dial>()

/** How a socket was made; undefined if it was not by a {@link Dialer}. */
export const dialOf = (socket: net.Socket): Dial | undefined => dials.get(socket)

/** What a socket is destroyed with when its time to connect is over. */
export class ConnectTimeout extends Error {
  readonly code = 'CONNECT_TIMEOUT'
  readonly after: number

  constructor(after: number) {
    super('The connection was not made in time')
    this.after = after
  }
}

import type net from 'node:net'
import type { TLSSocket } from 'node:tls'
import { systemClock } from '../clock.ts'
import type { Phase } from '../outcome.ts'
import { Connection } from '../recorder/connection.ts'
import { tapeOf } from './tap.ts'

/** One connection on its way, and how far it has come. Through a proxy it is made of more than one socket. */
export class Dial {
  /** The one in the making, in the end the one to send on. */
  socket!: net.Socket
  stage: Phase | 'ready'
  /** When it came how far, for the ledger. */
  readonly connection: Connection = new Connection()
  /** The first error of a socket, whatever a library makes of it. */
  fault: Error | undefined = undefined
  /** What an error means before the origin itself is spoken to. */
  translate: ((error: Error) => Error) | undefined = undefined
  #ready: (() => void)[] = []
  #lost: ((fault: Error) => void)[] = []
  readonly #timer: ReturnType<typeof systemClock.setTimer> | undefined

  constructor(stage: Phase, timeout: number) {
    this.stage = stage
    if (timeout > 0) this.#timer = systemClock.setTimer(() => this.socket.destroy(new ConnectTimeout(timeout)), timeout)
  }

  /** Go on with this socket. */
  by(socket: net.Socket): void {
    this.socket = socket
    dials.set(socket, this)
    socket.on('error', (error) => this.#failed(error))
    watch(socket, this.connection)
    socket.once('close', () => {
      // the one before it closes with it, and says nothing new
      if (socket === this.socket) this.#closed()
    })
  }

  /** It comes to nothing, for this reason. */
  fail(fault: Error): void {
    this.#failed(fault)
    this.socket.destroy()
  }

  #failed(error: Error): void {
    if (this.fault !== undefined) return
    this.fault = error instanceof ConnectTimeout ? error : (this.translate?.(error) ?? error)
    if (this.stage !== 'ready') stages.set(this.fault, this.stage)
  }

  #closed(): void {
    this.#stop()
    this.connection.ended()
    if (this.stage === 'ready') return
    if (this.fault === undefined) this.#failed(new Error('The connection was given up'))
    for (const tell of this.#lost) tell(this.fault!)
    this.#lost = []
  }

  /** Called when the socket may be written to; never, if it comes to nothing. */
  whenReady(tell: () => void): void {
    if (this.stage === 'ready') tell()
    else this.#ready.push(tell)
  }

  /** Called when it comes to nothing. */
  whenLost(tell: (fault: Error) => void): void {
    this.#lost.push(tell)
  }

  done(): void {
    this.stage = 'ready'
    this.translate = undefined
    this.connection.ready()
    this.#stop()
    for (const tell of this.#ready) tell()
    this.#ready = []
  }

  #stop(): void {
    if (this.#timer !== undefined) systemClock.clearTimer(this.#timer)
  }
}

function watch(socket: net.Socket, connection: Connection): void {
  connection.tape ??= tapeOf(socket)
  // of a connection that is taken down, the one that leaves the process
  const outward = connection.tape?.outward ?? socket
  outward.on('connectionAttempt', (address, _, family) => connection.tried(address, family))
  outward.on('connectionAttemptFailed', (address, _port, _family, error: NodeJS.ErrnoException) =>
    connection.failed(address, error.code),
  )
  outward.once('lookup', () => (connection.lookedUpAt ??= systemClock.now()))
  outward.once('connect', () => connection.opened(socket, outward))
  if (!('getPeerX509Certificate' in socket)) return
  const secured = socket as TLSSocket
  connection.secured = true
  // before Node looks at the certificate: one that it does not trust is what one wants to see, and gone a moment later
  secured.prependOnceListener('secure', () => connection.shown(secured))
}

const dials = new WeakMap<net.Socket, Dial>()
const stages = new WeakMap<Error, Phase>()

/** How a socket was made; undefined if it was not by a {@link Dial}. */
export const dialOf = (socket: net.Socket): Dial | undefined => dials.get(socket)

/** How far a dial had come that this error ended. */
export const stageOf = (fault: Error): Phase | undefined => stages.get(fault)

/** What a socket is destroyed with when its time to connect is over. */
export class ConnectTimeout extends Error {
  readonly code = 'CONNECT_TIMEOUT'
  readonly after: number

  constructor(after: number) {
    super('The connection was not made in time')
    this.after = after
  }
}

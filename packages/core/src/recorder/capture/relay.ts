import { once } from 'node:events'
import net from 'node:net'
import { TLSSocket } from 'node:tls'
import { systemClock } from '../../clock.ts'
import { rememberTape, type Tap, tapeOf } from '../../transports/tap.ts'
import { Conversation } from './conversation.ts'
import type { Recording } from './recording.ts'
import { splice } from './splice.ts'

/**
 * Makes every connection of a capture in two: the transport's socket to a port of this process, and one from there to where
 * it was to go. So TLS stays Node's own, from end to end, and its records pass by. The port takes nobody but these sockets.
 */
export class Relay implements Tap {
  readonly key: string
  readonly #recording: Recording
  readonly #tellKey: (line: Buffer) => void
  readonly #epoch = systemClock.date() - systemClock.now()
  readonly #server: net.Server
  #port = 0
  #count = 0
  /** Dials that are between the two connections. */
  #crossing = 0
  #closed = false
  /** By the port they come from: the relay's ends that wait for their sockets, and sockets that wait for theirs. */
  readonly #strangers = new Map<number, net.Socket>()
  readonly #expected = new Map<number, (inner: net.Socket) => void>()
  /** By the transport's socket: the one that leaves the process for it. */
  readonly #open = new Map<net.Socket, net.Socket>()

  constructor(key: string, recording: Recording, tellKey: (line: Buffer) => void) {
    this.key = key
    this.#recording = recording
    this.#tellKey = tellKey
    this.#server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (inner) =>
      this.#accepted(inner),
    )
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1').unref()
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as net.AddressInfo).port
  }

  connect(to: net.TcpNetConnectOpts, open: (to: net.TcpNetConnectOpts) => net.Socket): net.Socket {
    if (this.#closed) return open(to)
    const outward = net.connect({ ...to, allowHalfOpen: true })
    const conversation = new Conversation(outward, this.#recording, this.#epoch, ++this.#count)
    let tell!: (error: Error | null, address: string, family?: number) => void
    const socket = open({
      ...to,
      // a name, for an address would be connected to at once
      host: 'relay.invalid',
      port: this.#port,
      autoSelectFamily: false,
      lookup: (_, __, found) => (tell = found),
    })
    rememberTape(socket, conversation)
    if (socket instanceof TLSSocket) this.#listen(socket, conversation)

    outward.once('lookup', (...found) => socket.emit('lookup', ...found))
    outward.on('connectionAttemptFailed', (address, port, _, error: NodeJS.ErrnoException) =>
      conversation.refused(address, port, error.code),
    )
    // its own end: with the same error that there would have been without a relay
    const failed = (error: Error) => tell(error, '')
    outward.once('error', failed)
    outward.once('connect', () => {
      outward.off('error', failed)
      outward.on('error', () => {})
      conversation.opened()
      this.#cross(socket, conversation)
      tell(null, '127.0.0.1', 4)
    })
    this.#open.set(socket, outward)
    outward.once('close', () => this.#open.delete(socket))
    socket.once('close', () => {
      if (outward.connecting) outward.destroy()
    })
    return socket
  }

  secures(secured: TLSSocket, under: net.Socket): void {
    const conversation = tapeOf(under)
    if (!(conversation instanceof Conversation)) return
    rememberTape(secured, conversation)
    this.#listen(secured, conversation)
  }

  #listen(socket: TLSSocket, conversation: Conversation): void {
    conversation.secures(socket)
    socket.on('keylog', this.#tellKey)
  }

  #cross(socket: net.Socket, conversation: Conversation): void {
    this.#crossing++
    let own: number | undefined
    const over = () => {
      socket.off('close', lost)
      this.#crossing--
      if (own !== undefined) this.#expected.delete(own)
      if (this.#crossing > 0) return
      for (const inner of this.#strangers.values()) inner.destroy()
      this.#strangers.clear()
      if (this.#closed) this.#server.close()
    }
    const joined = (inner: net.Socket) => {
      splice(inner, socket, conversation)
      over()
    }
    const lost = () => {
      conversation.outward.destroy()
      over()
    }
    socket.once('close', lost)
    socket.once('connect', () => {
      own = socket.localPort!
      const inner = this.#strangers.get(own)
      this.#strangers.delete(own)
      if (inner === undefined) this.#expected.set(own, joined)
      else joined(inner)
    })
  }

  #accepted(inner: net.Socket): void {
    const port = inner.remotePort
    inner.on('error', () => {})
    if (this.#crossing === 0 || port === undefined || inner.remoteAddress !== '127.0.0.1') return void inner.destroy()
    const join = this.#expected.get(port)
    if (join === undefined) this.#strangers.set(port, inner)
    else join(inner)
  }

  /** New connections are made without it. Those that are open go on; whose socket is closed already, is waited for. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#crossing === 0) this.#server.close()
    const closing = [...this.#open].filter(([socket]) => socket.destroyed).map(([, outward]) => closed(outward))
    await Promise.all(closing)
  }
}

/** A peer that takes nothing keeps a socket open for ever, and a file is not held back for that. */
const closed = (socket: net.Socket) =>
  new Promise<void>((resolve) => {
    const timer = systemClock.setTimer(resolve, 200)
    socket.once('close', () => {
      systemClock.clearTimer(timer)
      resolve()
    })
  })

import type net from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Call } from '../call.ts'
import type { WireOptions } from '../wire-options.ts'

/** Who takes down what goes over the connections that it makes: see `capture()`. */
export type Tap = {
  /** What calls must share to share a socket. */
  readonly key: string
  /** @param open makes the socket that is sent on, by the options it is given */
  connect(to: net.TcpNetConnectOpts, open: (to: net.TcpNetConnectOpts) => net.Socket): net.Socket
  /** TLS begins on a socket that leads through a tunnel. */
  secures(secured: TLSSocket, under: net.Socket): void
}

/** One connection of a tap. */
export type Tape = {
  /** The socket that leaves the process. */
  readonly outward: net.Socket
  /** A request begins, and this is what it is called. */
  begins(label: string): void
}

export type TappedWire = WireOptions & { readonly tap?: Tap }

let running: Tap | undefined
let tapped = new WeakMap<WireOptions, TappedWire>()
const tapes = new WeakMap<net.Socket, Tape>()

/** The tap that calls of level `wire` go through from now on. */
export function setTap(tap: Tap | undefined): void {
  running = tap
  tapped = new WeakMap()
}

/** How the connection of a call is to be made. */
export const wireOf = (call: Call<any>): TappedWire =>
  call.ledger.level === 'wire' && running !== undefined ? through(running, call.wire) : call.wire

function through(tap: Tap, wire: WireOptions): TappedWire {
  const known = tapped.get(wire)
  if (known !== undefined) return known
  const made: TappedWire = { ...wire, tap }
  // what may still be changed is looked at again
  if (Object.isFrozen(wire)) tapped.set(wire, Object.freeze(made))
  return made
}

export const rememberTape = (socket: net.Socket, tape: Tape): void => void tapes.set(socket, tape)

/** Undefined for a socket that nobody takes down. */
export const tapeOf = (socket: net.Socket): Tape | undefined => tapes.get(socket)

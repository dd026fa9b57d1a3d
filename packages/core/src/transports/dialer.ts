import { Dial } from './dial.ts'
import { Leg } from './leg.ts'
import { proxyFault } from './proxy-fault.ts'
import type { TappedWire } from './tap.ts'
import { tunnel } from './tunnel.ts'

/** Makes the connections of one pool, the same way for every transport: to the origin, or to the proxy that is named. */
export class Dialer {
  readonly #wire: TappedWire
  readonly #timeout: number
  readonly #first: Leg
  /** The origin itself, behind a tunnel. */
  readonly #behind: Leg | undefined
  readonly #underWay = new Set<Dial>()

  constructor(origin: string, wire: TappedWire, timeout: number, protocols: readonly string[]) {
    const { tls, proxy, addresses, tap } = wire
    this.#wire = wire
    this.#timeout = timeout
    if (proxy === undefined) this.#first = new Leg(origin, tls, protocols, addresses, tap)
    else this.#first = new Leg(proxy.origin, proxy.tls, ['http/1.1'], undefined, tap)
    if (proxy !== undefined && origin.startsWith('https:'))
      this.#behind = new Leg(origin, tls, protocols, undefined, tap)
  }

  /** Whether a dial has its last socket from the start. */
  get isDirect(): boolean {
    return this.#behind === undefined
  }

  dial(): Dial {
    const first = this.#first
    const behind = this.#behind
    const dial = new Dial(first.isNamed ? 'dns' : 'connect', this.#timeout)
    if (this.#wire.proxy !== undefined) dial.translate = proxyFault
    const socket = first.connect()
    dial.by(socket)
    socket.once('lookup', (error: Error | null) => {
      if (error === null) dial.stage = 'connect'
    })
    if (first.isSecure && behind === undefined) socket.once('connect', () => (dial.stage = 'tls'))
    socket.once(first.isSecure ? 'secureConnect' : 'connect', () =>
      behind === undefined ? dial.done() : this.#through(dial, behind),
    )
    if (behind !== undefined) this.#watch(dial)
    return dial
  }

  #through(dial: Dial, behind: Leg): void {
    const { proxy, addresses } = this.#wire
    const { socket } = dial
    dial.stage = 'connect'
    tunnel(socket, behind.authority(addresses?.of(behind.host)[0]), proxy?.authorization, (fault) => {
      if (fault !== undefined) return dial.fail(fault)
      dial.translate = undefined
      dial.stage = 'tls'
      const secured = behind.over(socket)
      dial.by(secured)
      secured.once('secureConnect', () => dial.done())
      return undefined
    })
  }

  #watch(dial: Dial): void {
    this.#underWay.add(dial)
    const over = () => this.#underWay.delete(dial)
    dial.whenReady(over)
    dial.whenLost(over)
  }

  /** Nobody waits any more for what is under way. */
  close(): void {
    for (const dial of this.#underWay) dial.socket.destroy()
  }
}

import { systemClock } from '../clock.ts'
import { type ReplyHeaders, header } from '../headers.ts'
import type { Failure } from '../outcome.ts'
import type { Connection } from './connection.ts'
import { requestIdOf } from './request-id.ts'

/** Milliseconds of a trip, by what it waited for. A kept-alive connection has no `dns`, `tcp` and `tls`. */
export type Phases = {
  /** For a socket, or for its turn on one. */
  readonly queue: number
  readonly dns: number
  readonly tcp: number
  readonly tls: number
  readonly send: number
  /** For the first byte of the answer. */
  readonly wait: number
  readonly receive: number
}

/** When a trip reached what, on the process's monotonic clock: one for all its parts, whatever the client's own says. */
export class Timeline {
  readonly dispatchedAt: number = systemClock.now()
  /** Its first byte may go out. */
  startedAt: number | undefined = undefined
  sentAt: number | undefined = undefined
  answeredAt: number | undefined = undefined
  /** When the last piece of the body came. */
  heardAt: number | undefined = undefined
  endedAt: number | undefined = undefined
  /** What ended the body of an answer. */
  broken: Failure | undefined = undefined
  #headers: ReplyHeaders = {}
  connection: Connection | undefined = undefined
  /** Milliseconds that a kept-alive connection had been idle before it. */
  idle: number | undefined = undefined
  /** Of bodies, as they were on the wire. */
  bytesSent = 0
  bytesReceived = 0
  readonly #label: string | undefined

  /** @param label what a capture calls it; level `wire` alone has one */
  constructor(label?: string) {
    this.#label = label
  }

  /** It has its connection, and may write to it. */
  begin(connection: Connection | undefined): void {
    const now = systemClock.now()
    this.startedAt = now
    this.connection = connection
    if (connection === undefined) return
    if (connection.uses++ > 0 && connection.idleSince !== undefined) this.idle = Math.max(0, now - connection.idleSince)
    connection.idleSince = undefined
    if (this.#label !== undefined) connection.tape?.begins(this.#label)
  }

  sent(): void {
    this.sentAt ??= systemClock.now()
  }

  answered(headers: ReplyHeaders): void {
    this.answeredAt ??= systemClock.now()
    this.#headers = headers
  }

  /** What the reply says of itself, as it was sent. */
  get date(): string | undefined {
    return header(this.#headers, 'date')
  }

  get type(): string | undefined {
    return header(this.#headers, 'content-type')
  }

  get length(): string | undefined {
    return header(this.#headers, 'content-length')
  }

  get requestId(): string | undefined {
    return requestIdOf(this.#headers)
  }

  heard(): void {
    this.heardAt = systemClock.now()
  }

  /** Nothing more comes. @param connection the one it waited for, when it never began */
  end(connection: Connection | undefined): void {
    if (this.endedAt !== undefined) return
    this.endedAt = systemClock.now()
    this.connection ??= connection
    if (this.startedAt !== undefined && this.connection !== undefined) this.connection.idleSince = this.endedAt
  }

  /** From dispatch to now, or to the end. */
  get total(): number {
    return (this.endedAt ?? systemClock.now()) - this.dispatchedAt
  }

  /** They add up to {@link total}. */
  get phases(): Phases {
    const { dispatchedAt, startedAt, connection } = this
    const end = this.endedAt ?? systemClock.now()
    const between = (from: number | undefined, to: number | undefined) =>
      from === undefined ? 0 : Math.max(0, Math.min(to ?? end, end) - Math.max(from, dispatchedAt))
    // an answer may come before all was sent
    const sentAt = Math.min(this.sentAt ?? Infinity, this.answeredAt ?? Infinity, end)
    // what it reached before the dispatch comes out as nothing, so a kept one has none of these
    const { startedAt: from, lookedUpAt, connectedAt, readyAt } = connection ?? nothing
    const dns = between(from, lookedUpAt)
    const tcp = between(lookedUpAt, connectedAt)
    const tls = connection?.secured === true ? between(connectedAt, readyAt) : 0
    const send = between(startedAt, sentAt)
    const wait = between(sentAt, this.answeredAt)
    const receive = between(this.answeredAt, end)
    const queue = Math.max(0, (startedAt ?? end) - dispatchedAt - dns - tcp - tls)
    return { queue, dns, tcp, tls, send, wait, receive }
  }
}

const nothing: Partial<Connection> = {}

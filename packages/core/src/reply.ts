import { type ReplyHeaders, header } from './headers.ts'
import { notThenable } from './not-thenable.ts'
import type { Failure } from './outcome.ts'
import type { VerdictRow } from './verdict-table.ts'
import type { Verdict } from './verdict.ts'

/** The body of a reply, decoded, read when asked for. Limits and the deadline work inside: a read gives what ended it. */
export interface ReplyBody {
  /** All of it. May be asked for again: a judge reads before the caller does. */
  read(): Promise<Uint8Array | Failure>
  /** What {@link read} gives, when it is here already and nobody need wait. From then on any number of readers may share it. */
  readonly whole?: Uint8Array | Failure | undefined
  /** Piece by piece, kept nowhere. Ends with the failure, if it fails. */
  pieces(): AsyncGenerator<Uint8Array, Failure | undefined>
  /** Nobody will read this: let go of the connection. */
  discard(): void
  /** Called once when the body is over, however it ends; at once when it is. */
  whenOver(tell: () => void): void
}

/** What a verdict was given for. */
export type Judgement = {
  readonly verdict: Verdict
  /** Our stable name, `QPS_LIMIT`; `STATUS_503` when a status is all there is. */
  readonly code?: string | undefined
  readonly retryAfter?: number | undefined
  /** The row of the vendor's table, and the vendor's own code. */
  readonly row?: VerdictRow | undefined
  readonly vendorCode?: string | undefined
  /** By which the vendor's people find the request again. */
  readonly requestId?: string | undefined
}

/** An answer, whatever its status. */
export class Reply {
  static {
    notThenable(this)
  }

  readonly failed = false
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body: ReplyBody
  /** True when it came over a socket that had carried another before it. */
  readonly reusedSocket: boolean | undefined
  readonly judgement: Judgement
  /** Where a redirect led, without what is secret; undefined when none was followed. */
  readonly url: string | undefined

  constructor(
    status: number,
    headers: ReplyHeaders,
    body: ReplyBody,
    reusedSocket?: boolean,
    judgement: Judgement = unjudged,
    url?: string,
  ) {
    this.status = status
    this.headers = headers
    this.body = body
    this.reusedSocket = reusedSocket
    this.judgement = judgement
    this.url = url
  }

  get verdict(): Verdict {
    return this.judgement.verdict
  }

  /** Milliseconds the server, or the vendor's table, asks us to wait. */
  get retryAfter(): number | undefined {
    return this.judgement.retryAfter
  }

  /** Stable: the vendor's code under our name, or `STATUS_404`. */
  get code(): string {
    return this.judgement.code ?? `STATUS_${this.status}`
  }

  /** The first value of a header. `name` in lower case. */
  header(name: string): string | undefined {
    return header(this.headers, name)
  }

  /** The same reply with a meaning. The body is shared, not copied. */
  judged(judgement: Judgement): Reply {
    return new Reply(this.status, this.headers, this.body, this.reusedSocket, judgement, this.url)
  }

  /** The same reply, found by a redirect at `url`. */
  foundAt(url: string): Reply {
    return new Reply(this.status, this.headers, this.body, this.reusedSocket, this.judgement, url)
  }
}

const unjudged: Judgement = Object.freeze({ verdict: 'unknown' })

/** A body that is here already: of a cache, of a test. */
export function bytesBody(bytes: Uint8Array): ReplyBody {
  return {
    read: () => Promise.resolve(bytes),
    whole: bytes,
    async *pieces() {
      if (bytes.length > 0) yield bytes
      return undefined
    },
    discard() {},
    whenOver: (tell) => tell(),
  }
}

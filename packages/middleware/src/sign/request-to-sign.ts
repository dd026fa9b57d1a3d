import { type Call, revealed, wirePath } from '@penstock/core'
import type { BodyRead } from './read.ts'

/** A request as it will be sent, for a signature. Holds revealed secrets: not to be kept, printed or thrown. */
export type RequestToSign = {
  readonly method: string
  /** `https://host:port` */
  readonly origin: string
  /** As the header `host` will have it. */
  readonly host: string
  /** Path and query, encoded. */
  readonly path: string
  /** Names in lower case; without those that the transport adds: `accept-encoding`, `content-length`. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** With `reads` of a hash; of an empty body too. */
  readonly digest: Buffer | undefined
  /** With `reads: 'bytes'`. */
  readonly bytes: Uint8Array | undefined
  /** Milliseconds since 1970, by the server's clock as far as it is known. */
  readonly date: number
  /** 32 hex digits, new for every attempt. */
  readonly nonce: string
  readonly attempt: number
}

export function requestToSign(call: Call, body: BodyRead | undefined, date: number, nonce: string): RequestToSign {
  const { method, origin, attempt } = call
  const headers = revealed(call.headers)
  const { digest, bytes } = body ?? {}
  const host = String(headers['host'] ?? new URL(origin).host)
  return { method, origin, host, path: wirePath(call), headers, digest, bytes, date, nonce, attempt }
}

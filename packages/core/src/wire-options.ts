import type { Bound } from './call-options.ts'
import type { Secret } from './secret.ts'

/** How connections are secured. Verification has no switch: `ca` and `pins` are the way to trust a private server. */
export type TlsOptions = {
  /** @default 'TLSv1.2' */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** @default 'TLSv1.3' */
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** Certificate authorities in PEM, instead of the system's. */
  readonly ca?: string | readonly string[]
  /** Client certificate in PEM. */
  readonly cert?: string
  /** Its private key in PEM. */
  readonly key?: string | Secret
  readonly passphrase?: Secret
  /** OpenSSL's list. */
  readonly ciphers?: string
  /** Key groups, OpenSSL's list: `X25519:P-256`. */
  readonly groups?: string
  /** SHA-256 of acceptable public keys (SPKI), in base64. One of the chain must match. */
  readonly pins?: readonly string[]
  /** Name to ask for and to verify, when it is not the host of the origin. */
  readonly serverName?: string
}

/** What a reply may be at most. */
export type ReplyLimits = {
  /** Bytes of a body, decoded; `Infinity` for no limit. @default 67_108_864 */
  readonly body?: number
  /** Decoded bytes for one encoded byte, beyond the first MiB; `Infinity` for no limit. @default 100 */
  readonly ratio?: number
  /** Bytes of its head. @default 65_536 */
  readonly headers?: number
}

export const headerLimit = ({ limits }: WireOptions): number => limits?.headers ?? 65_536

/** A proxy between here and the origin: https is tunnelled through it, http is handed to it. */
export type ProxyOptions = {
  /** `http://host:port` or `https://host:port` */
  readonly origin: string
  /** Value of `proxy-authorization`: for the proxy and nobody else. */
  readonly authorization?: Secret
  /** How the connection to an https proxy is secured. */
  readonly tls?: TlsOptions
}

/** Where names lead, in place of DNS. */
export type Addresses = {
  /** What calls must share to share a socket. */
  readonly key: string
  /** In the order they are tried; asked for every new connection. */
  readonly of: (host: string) => readonly string[]
}

/** What layers ask of the transport. Those that a connection is made with, calls must share to share one. */
export type WireOptions = {
  readonly tls?: TlsOptions
  readonly limits?: ReplyLimits
  /** @default none: the environment is not asked */
  readonly proxy?: ProxyOptions
  /** @default what the system's resolver says */
  readonly addresses?: Addresses
  /** The longest silence between two pieces of a body, while somebody takes them in. */
  readonly idle?: Bound
}

export const plainWire: WireOptions = Object.freeze({})

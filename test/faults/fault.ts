import type { Client, Clock, Endpoint, RequestOptions, Stackable, TlsOptions } from '@penstock/core'
import type { UndiciOptions } from '@penstock/core/undici'

/** One thing that goes wrong, what it is called, and what mends it. */
export type Fault = {
  readonly number: number
  readonly name: string
  /** How loopback produces it. */
  readonly how: string
  /** The id that is to be concluded. */
  readonly cause: string
  /** The change that cures it, the only one between the two settings. */
  readonly change: string
  /** What a message must say to name the cause, whoever's it is. */
  readonly named: RegExp
  /** What it must say to name the change. */
  readonly mends: RegExp
  /** Of a layer of ours: other clients have nothing that could go wrong so. */
  readonly ours?: true
  readonly arrange: () => Promise<Scene>
}

/** Servers that do it, gone with the block that made them. */
export type Scene = AsyncDisposable & {
  readonly faulty: Setting
  /** The change is made now. */
  cured(): Setting | Promise<Setting>
}

/** A client and a call, in words that every library has some for; and what only ours has. */
export type Setting = {
  readonly origin: string
  /** @default '/' */
  readonly path?: string
  /** @default 'GET' */
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly bytes?: Uint8Array
  readonly tls?: TlsOptions
  /** Milliseconds for an attempt. */
  readonly timeout?: number
  readonly transport?: UndiciOptions
  /** Calls that go well before, one after the other. */
  readonly warmUps?: number
  /** Takes the only connection, and keeps it: a path, and how many requests for it have come. */
  readonly holds?: { readonly path: string; readonly taken: () => number }
  /** Milliseconds of standing still while the call is under way. */
  readonly blocks?: number
  readonly aborts?: boolean
  readonly proxy?: { readonly url: string; readonly user?: string; readonly password?: string }
  /** What a shell would have set. */
  readonly env?: Readonly<Record<string, string>>
  /** Follows redirects. */
  readonly follows?: boolean
  readonly retries?: number
  /** Addresses in place of DNS, by host. */
  readonly pins?: Readonly<Record<string, string>>

  /** Ours, of which others have no like. */
  readonly layers?: () => readonly Stackable[]
  readonly clock?: Clock
  readonly request?: RequestOptions
  readonly before?: (http: Client) => Promise<unknown>
  readonly endpoint?: { readonly to: Endpoint<any, any>; readonly input: object }
}

/** Milliseconds; -1 for what there was none of. `connect` has `ssl` in it. */
export type HarTimings = Readonly<Record<'blocked' | 'dns' | 'connect' | 'ssl' | 'send' | 'wait' | 'receive', number>>

/** A call. */
export type HarPage = {
  readonly id: string
  readonly startedDateTime: string
  readonly title: string
  readonly pageTimings: { readonly onContentLoad: number; readonly onLoad: number }
  /** Of a call made for another: which one, and whether it was a copy of it. */
  readonly comment?: string
}

type Message = {
  readonly httpVersion: string
  readonly cookies: readonly never[]
  readonly headers: readonly never[]
  readonly headersSize: number
  readonly bodySize: number
}

/** What a layer decided, by its stable id and as a sentence. */
export type HarDecision = {
  /** Milliseconds since the call began. */
  readonly at: number
  readonly layer: string
  readonly id: string
  readonly en: string
  readonly zh: string
}

/** One request of a call. */
export type HarEntry = {
  readonly pageref: string
  readonly startedDateTime: string
  readonly time: number
  readonly request: Message & {
    readonly method: string
    readonly url: string
    readonly queryString: readonly never[]
    readonly postData?: { readonly mimeType: string; readonly text: string; readonly comment: string }
  }
  readonly response: Message & {
    /** 0 without an answer. */
    readonly status: number
    readonly statusText: string
    readonly content: { readonly size: number; readonly mimeType: string; readonly comment: string }
    readonly redirectURL: string
  }
  readonly cache: Readonly<Record<string, never>>
  readonly timings: HarTimings
  readonly serverIPAddress?: string | undefined
  /** The server's port. */
  readonly connection?: string
  readonly _connectionId?: string
  readonly _resourceType: 'fetch'
  readonly _attempt: number
  /** Our code of what went wrong, where there was no whole answer. */
  readonly _error?: string
  /** Of a call that failed, at its last request: the layer that ended it. */
  readonly _layer?: string
  readonly _decisions: readonly HarDecision[]
}

/** An HTTP archive, version 1.2. */
export type Har = {
  readonly log: {
    readonly version: '1.2'
    readonly creator: { readonly name: string; readonly version: string }
    readonly pages: readonly HarPage[]
    readonly entries: readonly HarEntry[]
  }
}

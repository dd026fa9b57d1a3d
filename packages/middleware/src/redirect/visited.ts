import { type Call, headerList, type Reply } from '@penstock/core'

/** Where a call has been. To come back is a circle, unless a cookie was set on the way: then the answer may be another. */
export class Visited {
  readonly #seen: Set<string>

  constructor(first: Call) {
    this.#seen = new Set([keyOf(first)])
  }

  /** False when the call has been there, and nothing has changed since. */
  add(call: Call, reply: Reply): boolean {
    if (headerList(reply.headers, 'set-cookie').length > 0) this.#seen.clear()
    const key = keyOf(call)
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    return true
  }
}

const keyOf = ({ method, origin, path }: Call) => `${method} ${origin}${path}`

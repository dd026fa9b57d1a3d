/**
 * What can go wrong between a client and the service:
 *
 * - `reset`: the connection is reset, before the body is read or after it
 * - `stall`: no answer, until `close()`
 * - `status`: an HTML page with a status
 * - `html`: an HTML page with status 200
 * - `code`: an error of the vendor
 * - `json`: status 200 and half a JSON document
 * - `truncate`: the connection ends in the middle of the body
 * - `empty`: status 200 and no body
 * - `slow`: the true answer, in ten pieces over `ms`
 * - `skew`: the true answer, with a `Date` header `ms` away from the truth
 * - `expire`: at once, every token handed out so far has expired
 */
export type FaultKind =
  | 'reset'
  | 'stall'
  | 'status'
  | 'html'
  | 'code'
  | 'json'
  | 'truncate'
  | 'empty'
  | 'slow'
  | 'skew'
  | 'expire'

export type Fault = {
  readonly kind: FaultKind
  /** How many requests meet it. @default 1 */
  readonly times?: number
  /** Only on paths that begin so. @default every path but the token endpoint's */
  readonly path?: string
  /** The vendor's code, for `code`. @default 18 */
  readonly code?: number
  /** For `status`. @default 502 */
  readonly status?: number
  /** For `reset`: when the request's head, or its whole body, was read. @default 'head' */
  readonly after?: 'head' | 'body'
  /** Milliseconds, for `slow` (@default 2000) and `skew` (@default -7200000, two hours behind). */
  readonly ms?: number
}

export type Faults = { add(fault: Fault): void; take(path: string): Fault | undefined }

/** Faults wait in a row; a request meets the first that is for its path. */
export const faults = (tokenPath: string): Faults => {
  const waiting: { readonly fault: Fault; left: number }[] = []
  const isFor = ({ path }: Fault, asked: string) => (path === undefined ? asked !== tokenPath : asked.startsWith(path))
  return {
    add(fault) {
      waiting.push({ fault, left: fault.times ?? 1 })
    },
    take(path) {
      const next = waiting.find(({ fault, left }) => left > 0 && isFor(fault, path))
      if (!next) return undefined
      next.left -= 1
      if (next.left <= 0) waiting.splice(waiting.indexOf(next), 1)
      return next.fault
    },
  }
}

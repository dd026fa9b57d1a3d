/** One request as the emulator saw it. Its query, headers and body hold secrets and are not kept. */
export type SeenRequest = {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly method: string
  readonly path: string
  /** None while it is being answered, and for ever after a reset or a stall. */
  status?: number
  /** What the body's `error_code`, or the token endpoint's `error`, said. */
  code?: number | string
  /** The kind of fault it met. */
  fault?: string
}

import type { Handler } from './call.ts'
import type { Traits } from './layer.ts'

/** A handler that owns sockets. */
export type Transport = {
  readonly name: string
  readonly send: Handler
  /** Let go of every socket, used or not. */
  readonly close: () => Promise<void>
  /** One line of options, for `plan()`. */
  readonly about?: string
  /** For `lint()`: `retries`, when it repeats by itself. */
  readonly traits?: Traits
}

/**
 * Where a layer keeps bytes for longer than a call: in memory, on disk, in Redis. A store may fail and may be slow: a
 * layer takes that for a miss, and says so.
 */
export type Store = {
  /** One word, for notes: `memory`, `disk`. */
  readonly name: string
  /** True when others may read what lies there: secrets are encrypted before they go in. @default false */
  readonly exposed?: boolean
  /** Undefined when there is nothing, or no longer. Rejects when what is there cannot be read. */
  get(key: string): Promise<Uint8Array | undefined>
  /** @param options.ttl milliseconds after which it is there no more, by the wall clock; `Infinity` to keep it */
  set(key: string, value: Uint8Array, options: { readonly ttl: number }): Promise<void>
  /** Nothing happens when there is nothing. */
  delete(key: string): Promise<void>
  /**
   * Take turns among processes. Undefined when another has the lock; else what gives it back, before its lease is over if
   * it can. Rejects when that cannot be told.
   * @param options.lease milliseconds after which the lock is anybody's
   */
  lock?(key: string, options: { readonly lease: number }): Promise<(() => Promise<void>) | undefined>
  /** Lets go of what it holds open; a later use opens it again. */
  close?(): Promise<void>
}

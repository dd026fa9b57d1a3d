import { type Call, type Clock, Failure, notes } from '@penstock/core'
import type { Store } from '../stores/store.ts'
import { type Entry, opened, sealed } from './entry.ts'

const says = notes('cache', {
  corrupt: ['what the {store} store keeps is corrupt: a miss', '{store} 存储中的条目已损坏：视为未命中'],
  fails: ['the {store} store fails: a miss', '{store} 存储出错：视为未命中'],
  slow: ['the {store} store is silent for {wait:ms}: a miss', '{store} 存储 {wait:ms} 无响应：视为未命中'],
  not_dropped: ['what the {store} store keeps may be outdated: it fails', '{store} 存储出错：其中内容可能已过期'],
  not_kept: ['the answer is not kept: the {store} store {why}', '结果未保存：{store} 存储 {why}'],
})

/** Milliseconds a store may take: more, and asking the server is the better bet. */
const patience = 50
/** Writes in progress at one time. */
const room = 64
/** Milliseconds that closing waits for writes in progress. */
const parting = 1000

export type ShelfCounts = {
  /** Answers handed to the store, and taken by it. */
  kept: number
  /** Answers that the store refused, or had no room for. */
  lost: number
}

/** Entries in a store that may fail and may be slow: neither is ever the call's trouble. */
export class Shelf {
  readonly counts: ShelfCounts = { kept: 0, lost: 0 }
  readonly #store: Store
  readonly #name: string
  readonly #keep: number
  readonly #writing = new Map<string, Promise<unknown>>()
  #clock: Clock | undefined = undefined

  /** @param keep milliseconds that entries are of use */
  constructor(store: Store, keep: number, name: string) {
    this.#store = store
    this.#keep = keep
    this.#name = name
  }

  /** Undefined for a miss of any kind; a failure when the call itself is over. */
  async find(call: Call, key: string): Promise<Entry | Failure | undefined> {
    const store = this.#store.name
    const bound = { after: patience, layer: this.#name, code: 'CALL_DEADLINE', verdict: 'timeout' } as const
    const bytes = await call.within(bound).until(
      this.#get(key).catch(() => {
        call.note(says.fails, { store }, this.#name)
        return undefined
      }),
    )
    if (bytes instanceof Failure) {
      const over = call.over()
      if (over !== undefined) return over
      call.note(says.slow, { store, wait: patience }, this.#name)
      return undefined
    }
    if (bytes === undefined) return undefined
    try {
      return opened(bytes)
    } catch {
      call.note(says.corrupt, { store }, this.#name)
      return undefined
    }
  }

  /** Begins to write, and holds nobody up. @param keep milliseconds that it is of use */
  put(call: Call, key: string, entry: Entry, keep: number = this.#keep): void {
    // the same answer is on its way already
    if (this.#writing.has(key)) return
    if (this.#writing.size >= room) return this.#lose(call, 'is busy')
    this.#clock = call.clock
    const written = this.#set(key, entry, keep).then(
      () => void this.counts.kept++,
      () => this.#lose(call, 'fails'),
    )
    this.#writing.set(
      key,
      written.then(() => this.#writing.delete(key)),
    )
  }

  /** Begins to forget. What cannot be forgotten is said. */
  drop(call: Call, key: string): void {
    const dropped = async () => this.#store.delete(key)
    dropped().catch(() => call.note(says.not_dropped, { store: this.#store.name }, this.#name))
  }

  /** What is being written is waited for, a while; then the store is closed. */
  async close(): Promise<void> {
    if (this.#writing.size > 0) await this.#written()
    await this.#store.close?.()
  }

  async #written(): Promise<void> {
    const clock = this.#clock!
    const gone = Promise.withResolvers<void>()
    const timer = clock.setTimer(gone.resolve, parting)
    await Promise.race([gone.promise, Promise.all(this.#writing.values())])
    clock.clearTimer(timer)
  }

  #lose(call: Call, why: 'is busy' | 'fails'): void {
    this.counts.lost++
    call.note(says.not_kept, { store: this.#store.name, why }, this.#name)
  }

  // a store that throws where it should reject is a store that fails

  async #get(key: string): Promise<Uint8Array | undefined> {
    return this.#store.get(key)
  }

  async #set(key: string, entry: Entry, keep: number): Promise<void> {
    return this.#store.set(key, sealed(entry), { ttl: keep })
  }
}

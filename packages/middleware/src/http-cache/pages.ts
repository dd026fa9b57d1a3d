import type CachePolicy from 'http-cache-semantics'
import { type Call, Failure, headerList, type Reply } from '@penstock/core'
import type { Entry } from '../recall/entry.ts'
import { Shelf, type ShelfCounts } from '../recall/shelf.ts'
import type { Store } from '../stores/store.ts'
import type { Policies } from './policies.ts'
import { addressKey, variantKey, varyOf } from './variants.ts'

/** A page that is kept, with what may be done with it. */
export type Page = { readonly key: string; readonly entry: Entry; readonly policy: CachePolicy }

/** Pages by address and by the headers their servers choose by: an address says which those are, a variant holds the page. */
export class Pages {
  readonly #shelf: Shelf
  readonly #keep: number
  readonly #partition: string | undefined
  readonly #policies: Policies

  constructor(store: Store, keep: number, partition: string | undefined, policies: Policies, name: string) {
    this.#shelf = new Shelf(store, keep, name)
    this.#keep = keep
    this.#partition = partition
    this.#policies = policies
  }

  get counts(): Readonly<ShelfCounts> {
    return this.#shelf.counts
  }

  /** Undefined for none, or for one that cannot be read; a failure when the call itself is over. */
  async find(call: Call): Promise<Page | Failure | undefined> {
    const address = addressKey(call, this.#partition)
    const index = await this.#shelf.find(call, address)
    if (index instanceof Failure) return index
    if (index === undefined) return undefined
    const { vary } = index.about as { readonly vary: readonly string[] }
    const key = variantKey(address, call, vary)
    const entry = await this.#shelf.find(call, key)
    if (entry instanceof Failure) return entry
    if (entry === undefined) return undefined
    return { key, entry, policy: this.#policies.restored(call.clock, entry.about as object) }
  }

  isStorable(call: Call, reply: Reply): boolean {
    return varyOf(headerList(reply.headers, 'vary')) !== undefined && this.#policies.of(call, reply).storable()
  }

  put(call: Call, reply: Reply, body: Uint8Array): void {
    const policy = this.#policies.of(call, reply)
    const vary = varyOf(headerList(reply.headers, 'vary'))!
    const address = addressKey(call, this.#partition)
    const storedAt = call.clock.date()
    this.#shelf.put(call, address, { storedAt, status: 0, headers: {}, body: new Uint8Array(), about: { vary } })
    this.#write(call, variantKey(address, call, vary), { storedAt, status: reply.status, headers: {}, body }, policy)
  }

  /** The same page, confirmed by its server. */
  renew(call: Call, { key, entry }: Page, policy: CachePolicy): void {
    this.#write(call, key, entry, policy)
  }

  /** All that is kept of the call's address, and of others of its origin. */
  forget(call: Call, others: readonly string[]): void {
    this.#shelf.drop(call, addressKey(call, this.#partition))
    for (const other of others) {
      const url = URL.parse(other, call.url)
      if (url?.origin === new URL(call.origin).origin)
        this.#shelf.drop(call, addressKey(call, this.#partition, url.pathname + url.search))
    }
  }

  close(): Promise<void> {
    return this.#shelf.close()
  }

  #write(call: Call, key: string, entry: Entry, policy: CachePolicy): void {
    const keep = Math.max(this.#keep, policy.timeToLive())
    this.#shelf.put(call, key, { ...entry, about: policy.toObject() }, keep)
  }
}

import { type Call, Failure, notes } from '@penstock/core'
import type { Store } from '../stores/store.ts'
import type { Period } from './period.ts'
import type { Taking, Tally } from './tally.ts'

const says = notes('quota', {
  store_failed: ['the {store} store fails: counts from what it knows', '{store} 存储出错：按已知用量计数'],
  store_silent: [
    'the {store} store is silent for {wait:ms}: counts from what it knows',
    '{store} 存储 {wait:ms} 无响应：按已知用量计数',
  ],
})

/** Milliseconds a store may take, once a period. */
const patience = 250

export type LocalTallyOptions = {
  readonly period: Period
  readonly limit: number
  readonly store: Store | undefined
  /** Where the count lies in the store. */
  readonly place: string
  readonly whenGone: 'share' | 'refuse'
  readonly name: string
}

/**
 * The count of this process alone. With a store it goes on from where the last process stopped, and is written behind the
 * calls, one write at a time: who is killed forgets what his last write has not said.
 */
export class LocalTally implements Tally {
  readonly period: Period
  parkedUntil = 0
  readonly #options: LocalTallyOptions
  /** Counted before this process began. */
  #before = 0
  #taken = 0
  #isRead: boolean
  #reading: Promise<void> | undefined = undefined
  #writing: Promise<void> | undefined = undefined
  #isStale = false

  constructor(options: LocalTallyOptions) {
    this.period = options.period
    this.#options = options
    this.#isRead = options.store === undefined
  }

  get used(): number {
    return this.#before + this.#taken
  }

  take(call: Call): Taking | Promise<Taking> {
    return this.#isRead ? this.#counted() : this.#afterReading(call)
  }

  settle(billed: boolean): void {
    if (billed) return
    this.#taken--
    this.#save()
  }

  park(until: number): void {
    this.parkedUntil = until
    this.#save()
  }

  async close(): Promise<void> {
    await this.#writing
  }

  #counted(): Taking {
    if (this.used >= this.#options.limit) return 'spent'
    this.#taken++
    this.#save()
    return 'taken'
  }

  async #afterReading(call: Call): Promise<Taking> {
    const { store, whenGone, name } = this.#options
    const bound = { after: patience, layer: name, code: 'CALL_DEADLINE', verdict: 'timeout' } as const
    const reading = (this.#reading ??= this.#read())
    const read = await call.within(bound).until(
      reading.then(
        () => true,
        () => false,
      ),
    )
    const over = read === true ? undefined : call.over()
    if (over !== undefined) return over
    if (read === true) return this.#counted()
    if (read instanceof Failure) call.note(says.store_silent, { store: store!.name, wait: patience }, name)
    else call.note(says.store_failed, { store: store!.name }, name)
    return whenGone === 'refuse' ? 'gone' : this.#counted()
  }

  async #read(): Promise<void> {
    try {
      const bytes = await this.#options.store!.get(this.#options.place)
      const { used, parkedUntil } = bytes === undefined ? nothing : parsed(bytes)
      this.#before = used
      this.parkedUntil = Math.max(this.parkedUntil, parkedUntil)
      this.#isRead = true
    } finally {
      this.#reading = undefined
    }
  }

  #save(): void {
    if (this.#options.store === undefined || !this.#isRead) return
    this.#isStale = true
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    const { store, place, period } = this.#options
    while (this.#isStale) {
      this.#isStale = false
      const bytes = Buffer.from(JSON.stringify({ used: this.used, parkedUntil: this.parkedUntil }))
      try {
        await store!.set(place, bytes, { ttl: period.endsAt - period.startsAt })
      } catch {
        // what was not written goes into the next write
      }
    }
    this.#writing = undefined
  }
}

const nothing = { used: 0, parkedUntil: 0 }

/** @throws when it is something else */
function parsed(bytes: Uint8Array): typeof nothing {
  const found = JSON.parse(Buffer.from(bytes).toString()) as typeof nothing
  if (typeof found.used !== 'number' || typeof found.parkedUntil !== 'number') throw new TypeError('not a count')
  return found
}

import type { Timer } from '../clock.ts'

export type Entry = Timer & { readonly at: number; readonly ring: () => void; held: boolean; cleared: boolean }

/** Timers by the time they are due, those of one time in the order in which they were set. */
export class TimerHeap {
  readonly #heap: { readonly entry: Entry; readonly order: number }[] = []
  #count = 0

  /** Entries that are neither cleared nor unreferenced. */
  get held(): number {
    return this.#heap.reduce((sum, { entry }) => sum + Number(entry.held && !entry.cleared), 0)
  }

  push(entry: Entry): void {
    const heap = this.#heap
    heap.push({ entry, order: this.#count++ })
    let at = heap.length - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.#before(at, above)) return
      this.#swap(at, above)
      at = above
    }
  }

  /** The first that is due, taken out; undefined when none is by then. */
  take(until: number): Entry | undefined {
    const first = this.first()
    if (first === undefined || first.at > until) return undefined
    this.#drop()
    return first
  }

  first(): Entry | undefined {
    while (this.#heap[0]?.entry.cleared) this.#drop()
    return this.#heap[0]?.entry
  }

  #drop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    heap[0] = last
    for (let at = 0, below = 1; below < heap.length; at = below, below = 2 * at + 1) {
      if (below + 1 < heap.length && this.#before(below + 1, below)) below++
      if (!this.#before(below, at)) return
      this.#swap(at, below)
    }
  }

  #before(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one]!, this.#heap[other]!]
    return a.entry.at < b.entry.at || (a.entry.at === b.entry.at && a.order < b.order)
  }

  #swap(one: number, other: number): void {
    const heap = this.#heap
    ;[heap[one], heap[other]] = [heap[other]!, heap[one]!]
  }
}

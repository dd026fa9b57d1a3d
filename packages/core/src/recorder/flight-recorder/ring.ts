import type { EndedCall } from '../ended-call.ts'
import type { Ledger } from '../ledger.ts'

type Kept = { readonly call: EndedCall; readonly weight: number; written: boolean }

/** The last calls, bounded in number and in the bytes they will take as JSON. */
export class Ring {
  readonly #most: number
  readonly #bytes: number
  readonly #kept = new Map<number, Kept>()
  #weight = 0

  constructor(most: number, bytes: number) {
    this.#most = most
    this.#bytes = bytes
  }

  /** One that is told again takes the place of the first telling. */
  add(call: EndedCall, ledger: Ledger): void {
    this.#drop(call.id)
    const weight = weightOf(ledger)
    this.#kept.set(call.id, { call, weight, written: false })
    this.#weight += weight
    for (const id of this.#kept.keys()) {
      if (this.#kept.size <= this.#most && (this.#weight <= this.#bytes || id === call.id)) break
      this.#drop(id)
    }
  }

  get calls(): EndedCall[] {
    return Array.from(this.#kept.values(), ({ call }) => call)
  }

  /** Those that were not asked for in this way before. */
  unwritten(): EndedCall[] {
    const fresh = [...this.#kept.values()].filter(({ written }) => !written)
    for (const kept of fresh) kept.written = true
    return fresh.map(({ call }) => call)
  }

  #drop(id: number): void {
    this.#weight -= this.#kept.get(id)?.weight ?? 0
    this.#kept.delete(id)
  }
}

/** About the bytes of its JSON, without making it: that would cost each call more than all else here. */
function weightOf({ url, notes, trips, spans, children }: Ledger): number {
  const own = 500 + url.length + (notes?.length ?? 0) * 350 + (spans?.length ?? 0) * 110
  const certificates = trips.reduce((sum, { timeline }) => sum + (timeline?.connection?.tls?.chain.length ?? 0), 0)
  const nested = (children ?? []).reduce((sum, child) => sum + weightOf(child), 0)
  return own + trips.length * 900 + certificates * 400 + nested
}

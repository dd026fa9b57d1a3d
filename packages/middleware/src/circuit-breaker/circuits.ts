import type { Circuit, Times } from './circuit.ts'

/** A bounded number of circuits, by key. Only what protects nothing is forgotten, the least recently used first. */
export class Circuits {
  readonly #most: number
  readonly #make: () => Circuit
  readonly #byKey = new Map<string, Circuit>()
  /** Asked for last: mostly it is asked for again, and to look it up takes ten times as long. */
  #latest: Circuit | undefined = undefined
  #latestKey = ''

  constructor(most: number, make: () => Circuit) {
    this.#most = most
    this.#make = make
  }

  peek(key: string): Circuit | undefined {
    return this.#byKey.get(key)
  }

  /** Undefined when there are as many as there may be, and all of them are needed. */
  of(key: string, times: Times): Circuit | undefined {
    if (this.#latest !== undefined && this.#latestKey === key) return this.#latest
    let circuit = this.#byKey.get(key)
    if (circuit !== undefined) this.#byKey.delete(key)
    else {
      if (this.#byKey.size >= this.#most && !this.#evict(times)) return undefined
      circuit = this.#make()
    }
    this.#byKey.set(key, circuit)
    this.#latestKey = key
    return (this.#latest = circuit)
  }

  /** Let nobody through to a key until it is released. By hand, so beside the bound if it must be. */
  isolate(key: string, times: Times): () => void {
    const circuit = this.of(key, times) ?? this.#make()
    this.#byKey.set(key, circuit)
    circuit.isolate()
    let held = true
    return () => {
      if (held) circuit.release()
      held = false
    }
  }

  /** All but what is isolated: that holds until it is released, and another pipeline may share this layer. */
  forget(): void {
    this.#latest = undefined
    for (const [key, circuit] of this.#byKey) {
      circuit.forget()
      if (!circuit.isolated) this.#byKey.delete(key)
    }
  }

  #evict(times: Times): boolean {
    for (const [key, circuit] of this.#byKey) {
      if (!circuit.idle(times)) continue
      circuit.forget()
      this.#byKey.delete(key)
      return true
    }
    return false
  }
}

import { Compartment } from './compartment.ts'

/** How many keys nobody uses are kept, so that one that is used again is not made anew. */
const idle = 1024

/** Those of all keys. */
export class Compartments {
  readonly #limit: number
  readonly #all = new Map<string, Compartment>()

  constructor(limit: number) {
    this.#limit = limit
  }

  of(key: string): Compartment {
    let found = this.#all.get(key)
    if (found === undefined) this.#all.set(key, (found = new Compartment(this.#limit, () => this.#forget(key))))
    return found
  }

  peek(key: string): Compartment | undefined {
    return this.#all.get(key)
  }

  #forget(key: string): void {
    if (this.#all.size > idle) this.#all.delete(key)
  }
}

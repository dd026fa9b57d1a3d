/** Something that is let go of. */
type Closable = { readonly close?: (() => void | Promise<void>) | undefined }

const holders = new WeakMap<Closable, number>()

/** What one pipeline holds: what it shares with others is closed with the last of them. */
export class Holding {
  readonly #things: readonly Closable[]
  #closed: Promise<void> | undefined = undefined

  constructor(things: readonly Closable[]) {
    this.#things = [...new Set(things)]
    for (const thing of this.#things) holders.set(thing, (holders.get(thing) ?? 0) + 1)
  }

  /** Safe to call again: all get the same promise. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #close(): Promise<void> {
    const ours: Closable[] = []
    for (const thing of this.#things) {
      const left = holders.get(thing)! - 1
      holders.set(thing, left)
      if (left === 0) ours.push(thing)
    }
    await Promise.all(ours.map(async (thing) => thing.close?.()))
  }
}

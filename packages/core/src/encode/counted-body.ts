import type { Pieces } from '../body.ts'
import { turn } from '../turn.ts'
import type { EscapedCount } from './escaped-length.ts'
import { pieceSize } from './segment.ts'

/**
 * A recipe whose bytes must be looked at to know its length: milliseconds for a picture. Transports have it counted, turn by
 * turn, before they ask for the length; for who asks earlier, what is left is counted at once.
 */
export class CountedBody {
  readonly kind = 'factory'
  /** Taken off and called by itself, as of any recipe. */
  readonly open: () => Pieces
  readonly #counts: readonly EscapedCount[]
  readonly #length: () => number

  constructor(counts: readonly EscapedCount[], length: () => number, open: (length: number) => Pieces) {
    this.#counts = counts
    this.#length = length
    this.open = () => open(this.length)
  }

  get length(): number {
    return this.#length()
  }

  get isCounted(): boolean {
    return this.#counts.every(({ isDone }) => isDone)
  }

  /** To the end, or until nobody waits for it. */
  async count(gone: () => boolean): Promise<undefined> {
    for (const count of this.#counts) {
      while (!count.isDone) {
        // a step takes as long as encoding a piece
        await turn(pieceSize)
        if (gone()) return
        count.step()
      }
    }
  }
}

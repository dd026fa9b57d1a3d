/** What the engine found on a picture, in pixels of the picture as it was given. */
export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

/** One character. `confidence` is 0 to 1. */
export type Glyph = { readonly text: string; readonly confidence: number; readonly box: Box }

export type Word = { readonly text: string; readonly glyphs: readonly Glyph[]; readonly box: Box }

export type Line = {
  readonly text: string
  readonly words: readonly Word[]
  readonly box: Box
  /** Lines of equal number form a paragraph. */
  readonly paragraph: number
}

/** Quarter turns counter-clockwise that the picture has suffered. */
export type Turn = 0 | 1 | 2 | 3

export type Page = { readonly lines: readonly Line[]; readonly turn: Turn }

/** The mean over all characters, 0 to 1; 0 where there are none. */
export const confidenceOf = (lines: readonly Line[]): number => {
  const glyphs = lines.flatMap(({ words }) => words.flatMap((word) => word.glyphs))
  return glyphs.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(glyphs.length, 1)
}

import type { Box } from './box.ts'

/** One line of text, the same for every vendor. What a vendor, or an endpoint, does not say is absent, never 0. */
export type Line = {
  readonly text: string
  /** From 0 to 1. */
  readonly confidence?: number
  /** Where it stands, in pixels of the image as given. */
  readonly box?: Box
  /** Page of the document, from 1. An image is page 1. */
  readonly page: number
  /** Paragraph of the page, from 1. */
  readonly paragraph?: number
  /** Degrees that the line is turned clockwise, above -180, up to 180. */
  readonly angle?: number
  /** BCP 47: `zh`, `en`, `ja`. */
  readonly language?: string
}

/** What was read on one page. */
export type Page = {
  readonly lines: readonly Line[]
  /** The lines joined by line feeds, in the vendor's order. */
  readonly text: string
  /** From 1. */
  readonly page: number
  /** Pages of the whole document, where the vendor says. */
  readonly pages?: number
  /** Degrees that the whole page is turned clockwise, above -180, up to 180. */
  readonly angle?: number
  /** BCP 47. */
  readonly language?: string
}

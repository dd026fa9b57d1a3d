import type * as Tesseract from 'tesseract.js'
import { chooseWords } from './choose-words.ts'
import { linesOf } from './lines-of.ts'
import { type Box, confidenceOf, type Line, type Page, type Turn } from './page.ts'
import { installedLanguages, type Language } from './language-data.ts'
import { reader, type Reader } from './tesseract.ts'
import { isBmp, turnedBack, turnPicture } from './turn-picture.ts'

export type Picture = { readonly bytes: Uint8Array; readonly width: number; readonly height: number }

/** The OCR engine of the process, shared by its emulators. A language whose data are not installed is not read. */
export type Engine = {
  /** `turned`: it is worth the time to look whether the picture stands on its head, which reads almost as surely. */
  read(picture: Picture, languages: readonly Language[], turned?: boolean): Promise<Page>
  /** Ends the workers when the last emulator has closed. */
  close(): Promise<void>
}

/**
 * Below this mean confidence a picture may stand the wrong way, and the other three are tried. Clean print has 0.98
 * upright and up to 0.96 on its head.
 */
const sure = { turned: 0.97, upright: 0.75 }

let readers: Readonly<Record<Language, Reader>> | undefined
let emulators = 0

export const engine = (): Engine => {
  const installed = installedLanguages()
  emulators += 1
  readers ??= { eng: reader('eng'), chi_sim: reader('chi_sim') }
  const { eng, chi_sim } = readers
  const readTurned = async (picture: Picture, turn: Turn, languages: readonly Language[]): Promise<Page> => {
    const turned = turnPicture(picture.bytes, turn)
    const able = languages.filter((language) => installed.has(language))
    const wanted = able.length > 0 ? able : [...installed]
    const [english = [], chinese = []] = await Promise.all([
      wanted.includes('eng') ? eng.read(turned) : undefined,
      wanted.includes('chi_sim') ? chi_sim.read(turned) : undefined,
    ])
    const reread = async (box: Box) => (wanted.includes('eng') ? linesOf(await eng.read(turned, padded(box))) : [])
    const lines = await chooseWords(linesOf(chinese), linesOf(english), reread)
    return { turn, lines }
  }
  return {
    async read(picture, languages, turned = false) {
      const upright = await readTurned(picture, 0, languages)
      const isSure = confidenceOf(upright.lines) >= sure[turned ? 'turned' : 'upright'] && !isSideways(upright.lines)
      if (isSure || upright.lines.length === 0 || isBmp(picture.bytes)) return upright
      const pages = [upright]
      for (const turn of [1, 2, 3] as const) pages.push(await readTurned(picture, turn, languages))
      return back(
        pages.reduce((best, page) => (worth(page) > worth(best) ? page : best)),
        picture,
      )
    },
    async close() {
      emulators -= 1
      if (emulators > 0) return
      const ended = readers
      readers = undefined
      await Promise.all([ended?.eng.close(), ended?.chi_sim.close()])
    },
  }
}

/** In pixels of the picture as given. */
const back = ({ turn, lines }: Page, { width, height }: Picture): Page => ({
  turn,
  lines: lines.map((line) => lineBack(line, (box) => turnedBack(box, turn, width, height))),
})

/** Turned the wrong way, text reads as less of it, less surely, or one character below the other. */
const worth = ({ lines }: Page): number =>
  confidenceOf(lines) *
  Math.log1p(lines.reduce((sum, { text }) => sum + text.length, 0)) *
  (isSideways(lines) ? 0.5 : 1)

const isSideways = (lines: readonly Line[]): boolean => {
  const long = lines.filter(({ text }) => text.length > 3)
  return long.filter(({ box }) => box.bottom - box.top > box.right - box.left).length > long.length / 2
}

/** A line needs some paper around it. */
const padded = ({ left, top, right, bottom }: Box): Tesseract.Rectangle => {
  const room = Math.round((bottom - top) / 3)
  const from = { left: Math.max(0, left - room), top: Math.max(0, top - room) }
  return { ...from, width: right + room - from.left, height: bottom + room - from.top }
}

const lineBack = (line: Line, back: (box: Box) => Box): Line => ({
  ...line,
  box: back(line.box),
  words: line.words.map((word) => ({
    ...word,
    box: back(word.box),
    glyphs: word.glyphs.map((glyph) => ({ ...glyph, box: back(glyph.box) })),
  })),
})
